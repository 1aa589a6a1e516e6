from kd.studies.experiments.card import *

_BASE = RunConfig(alpha=0.0, temperature=4.0, train_size=2_000, epochs=10)
FORWARD, REVERSE = "", "reversed_divergence"
WIDTHS = (1, 4, 16)
_ruled_out = partial(at, "improbable", student_width=1)
_one, _four, _sixteen = (
    distilled(student_width=width, mistake=REVERSE) - distilled(student_width=width, mistake=FORWARD)
    for width in WIDTHS
)

EXPERIMENT = Experiment(
    title=N_("Which way round when the student is too small?"),
    question=N_(
        "A student is too small to say all its teacher says. Should it spread, or commit to the likeliest?"
    ),
    means=N_(
        "The usual divergence punishes a student for ruling out what its teacher thinks possible, so it "
        "spreads. The reverse one punishes it for thinking possible what its teacher rules out, so it "
        "commits itself. That matters most for language models, which have thousands of words to choose from."
    ),
    differs=N_(
        "The papers are about language models that learn from sentences of their own, many words long. Here "
        "a student gives one of ten answers, its teacher is nearly always sure, and with no sentence to get "
        "lost in, spreading costs little."
    ),
    paper=arxiv("2306.08543", N_("Gu, Dong, Wei and Huang 2023; Agarwal et al. 2023"), N_("abstracts")),
    guess=which_side("smallest", N_("With one filter, how is a student with the reverse divergence?"), 0.5),
    chart=Chart(
        "line",
        "student_width",
        N_("Filters of the student's first layer"),
        ("distilled_right", "improbable"),
        N_("Percent"),
        "mistake",
        N_("Divergence"),
        {FORWARD: N_("forward"), REVERSE: N_("reverse")},
    ),
    plan=grid(_BASE, {"student_width": WIDTHS, "mistake": (FORWARD, REVERSE)}),
    outcomes={
        "smallest": adds(_one, N_("the reverse divergence with 1 filter")),
        "middle": adds(_four, N_("the reverse divergence with 4 filters")),
        "largest": adds(_sixteen, N_("the reverse divergence with 16 filters")),
        "ruled_out": named(
            _ruled_out(mistake=FORWARD) - _ruled_out(mistake=REVERSE),
            N_("how much less the smallest gives to what its teacher rules out, with the reverse divergence"),
        ),
    },
    claims=(
        Claim(
            N_("MiniLLM: the reverse divergence keeps a student from what its teacher thinks improbable."),
            "ruled_out",
            quote=N_("to prevent the student model from overestimating the low-probability regions"),
            section=N_("abstract"),
        ),
        Claim(
            N_("GKD: another divergence may serve a student better that cannot say all of it."),
            "smallest",
            quote=N_("when the student lacks the expressivity to mimic the teacher's distribution"),
            section=N_("abstract (https://arxiv.org/abs/2306.13649)"),
        ),
    ),
    measures=("improbable",),
    sweep=Study(_BASE, {"student_width": (1, 2, 4, 8, 16), "temperature": (1.0, 4.0, 10.0)}, seeds=5),
)
