from kd.studies.experiments.card import *

NOISE = CLEAN, *_BETWEEN, WORST = (0.0, 0.2, 0.4, 0.6)
# The notebook's teacher saw the first 10,000 pictures; its students' are drawn, so one in six is among them.
_BASE = RunConfig(teacher="notebook", temperature=4.0, train_size=1_000, epochs=20)
_scratch_loses, _distilled_loses = (
    model(label_noise=CLEAN) - model(label_noise=WORST) for model in (scratch, distilled)
)
_NOISY = N_("with 60 % of random labels")

EXPERIMENT = Experiment(
    title=N_("Wrong labels"),
    question=N_(
        "Up to 60 % of the labels are random. Can a teacher that saw the right ones rescue its student?"
    ),
    means=N_(
        "A wrong label is simply wrong; a teacher that has not seen it says what it sees in the picture. "
        "With α = 0.1 a label has a tenth of the weight, right or wrong."
    ),
    differs=N_(
        "The paper has photographs, labels that are wrong as they are on the web, and a teacher that learned "
        "from a small clean part of them. Here wrong labels are drawn at random, which averages out, and one "
        "in six of the student's pictures was among the teacher's 10,000."
    ),
    paper=arxiv("1703.02391", N_("Li, Yang, Song, Cao, Luo and Li 2017"), N_("abstract")),
    guess=guess(
        "distilled_loses",
        N_("What do 60 % of random labels cost the distilled student?"),
        (1, 5),
        nothing=N_("less than one point"),
        little=N_("one to five points"),
        much=N_("more than five points"),
    ),
    chart=Chart("line", "label_noise"),
    plan=grid(_BASE, {"label_noise": NOISE}),
    outcomes={
        "gain_at_worst": helps(gain(label_noise=WORST), _NOISY),
        "distilled_loses": loses(_distilled_loses, N_("the distilled student"), _NOISY),
        "scratch_loses": loses(_scratch_loses, N_("the scratch student"), _NOISY),
    },
    claims=(
        Claim(
            N_("Guided by a model that has seen clean labels, a student does better on wrong ones."),
            "gain_at_worst",
            quote=N_("to ‘hedge the risk’ of learning from noisy labels"),
            figure=N_("better on each of three collections of photographs"),
        ),
    ),
    sweep=Study(_BASE, {"label_noise": NOISE, "alpha": (0.1, 0.5, 0.9)}, seeds=5),
)
