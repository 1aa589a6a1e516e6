from kd.studies.experiments.card import *

TEMPERATURES = COLD, WARM, HOT = (1.0, 4.0, 20.0)
_BASE = RunConfig(alpha=0.0, teacher="fresh", teacher_width=32, teacher_train_size=5_000, teacher_epochs=20)
_PLAIN = N_("the plain one's")


def _more(model: partial[Quantity], temperature: float) -> Quantity:
    """Returns how much more a model gets right with the smoothed teacher than with the plain one."""
    smoothed, plain = (model(teacher_label_smoothing=share, temperature=temperature) for share in (0.1, 0.0))
    return smoothed - plain


EXPERIMENT = Experiment(
    title=N_("A label-smoothed teacher"),
    question=N_("A teacher learned from smoothed labels. Is it a better teacher, and does T matter?"),
    means=N_(
        "Smoothed labels ask the teacher to doubt all wrong digits alike, whatever a picture shows. Its "
        "answers may then say less of which digits look alike; and they are soft even at T = 1, where a "
        "plain teacher's are nearly labels."
    ),
    differs=N_(
        "Müller et al. begin with MNIST, as here, but with all of its images, shifted at random for the "
        "teacher, which had dropout before it had smoothed labels. Chandrasegaran et al. have photographs "
        "and text. Here teachers learn 5,000 digits, and students 500 of them."
    ),
    paper=arxiv(
        "1906.02629",
        N_("Müller, Kornblith and Hinton 2019; Chandrasegaran et al. 2022"),
        N_("section 4; abstract"),
    ),
    guess=which_side("warm", N_("At T = 4, how is the smoothed teacher's student?")),
    chart=Chart(
        "line",
        "temperature",
        N_("Temperature"),
        ("distilled_right",),
        series="teacher_label_smoothing",
        series_label=N_("The teacher's labels"),
        names={"0.0": N_("as they are"), "0.1": N_("smoothed")},
    ),
    plan=grid(_BASE, {"teacher_label_smoothing": (0.0, 0.1), "temperature": TEMPERATURES}),
    outcomes={
        "warm": compares(_more(distilled, WARM), N_("the smoothed teacher's student at T = 4"), _PLAIN),
        "cold": compares(_more(distilled, COLD), N_("the smoothed teacher's student at T = 1"), _PLAIN),
        "hot": compares(_more(distilled, HOT), N_("the smoothed teacher's student at T = 20"), _PLAIN),
        "teacher": compares(_more(teacher, COLD), N_("the smoothed teacher"), N_("the plain one")),
    },
    claims=(
        Claim(
            N_("Müller et al., here at T = 20: a smoothed teacher's student is worse than a plain one's."),
            "hot",
            below(0),
            quote=N_("a much worse student"),
            section=N_("section 4"),
            figure=N_(
                "on MNIST, 0.91 % errors with the smoothed teacher, 0.74 % with the plain one, which makes "
                "more errors itself"
            ),
        ),
        Claim(
            N_("Chandrasegaran et al.: at a low temperature, a smoothed teacher's student is better."),
            "cold",
            quote=N_("an LS-trained teacher with a low-temperature transfer"),
            section=N_("abstract of arXiv:2206.14532"),
            figure=N_("what they advise, at T = 1"),
        ),
        Claim(
            N_("Chandrasegaran et al.: at a high temperature, it is worse."),
            "hot",
            below(0),
            quote=N_("rendering KD at increased temperatures ineffective"),
            section=N_("abstract of arXiv:2206.14532"),
        ),
    ),
    sweep=Study(_BASE, {"teacher_label_smoothing": (0.0, 0.1, 0.3), "temperature": TEMPERATURES}),
)
