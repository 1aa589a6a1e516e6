"""More and more labels are wrong, and the teacher learned from other pictures, whose labels are right."""

from __future__ import annotations

from kd.studies.experiments.card import *

NOISE = (0.0, 0.2, 0.4, 0.6)
CLEAN, WORST = NOISE[0], NOISE[-1]
# The notebook's teacher saw the first 10,000 pictures; its students' are drawn, so one in six is among them.
_BASE = RunConfig(teacher="notebook", temperature=4.0, train_size=1_000, epochs=20)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    return [[Part(Study(longer(_BASE, times), {"label_noise": NOISE}, seeds))]]


def _judge(rows: pd.DataFrame) -> Findings:
    def lost(model: str) -> pd.Series:
        clean, worst = (by_seed(rows, f"{model}_right", label_noise=noise) for noise in (CLEAN, WORST))
        return clean - worst

    return {
        "scratch_loses": finding(lost("scratch")),
        "distilled_loses": finding(lost("distilled")),
        "spared": finding(lost("scratch") - lost("distilled")),
        "gain_at_worst": finding(by_seed(rows, "gain", label_noise=WORST)),
    }


EXPERIMENT = Experiment(
    name="wrong_labels",
    title=N_("Wrong labels"),
    question=N_(
        "Up to 60 % of the labels are replaced by digits drawn at random. What does that cost a student that "
        "also has a teacher, if the teacher learned from 10,000 pictures of its own, rightly labelled?"
    ),
    means=N_(
        "A wrong label is simply wrong; a teacher that has not seen it says what it takes the picture for. "
        "With α = 0.1 a label has a tenth of the weight, right or wrong."
    ),
    differs=N_(
        "The paper has photographs, labels that are wrong as they are on the web, and a teacher that learned "
        "from a small clean part of them. Here the wrong labels are drawn at random, which averages out, and "
        "one in six of the student's pictures was among the teacher's 10,000."
    ),
    paper=Paper(
        N_("Li, Yang, Song, Cao, Luo and Li 2017"), N_("abstract"), "https://arxiv.org/abs/1703.02391"
    ),
    guess=Guess(
        N_("What do 60 % of random labels cost the distilled student?"),
        {
            "nothing": Choice(N_("less than one point"), below(1)),
            "little": Choice(N_("one to five points"), between(1, 5)),
            "much": Choice(N_("more than five points"), above(5)),
        },
        measured="distilled_loses",
    ),
    chart=Chart(
        "line",
        "label_noise",
        N_("Labels replaced at random"),
        ("distilled_right", "scratch_right"),
        RIGHT,
    ),
    plan=_plan,
    judge=_judge,
    labels={"spared": N_("what the teacher spares a student of that loss")},
    claims=(
        Claim(
            N_("Guided by a model that has seen clean labels, a student does better on wrong ones."),
            "gain_at_worst",
            above(0),
            quote="to ‘hedge the risk’ of learning from noisy labels",
            figure=N_("better on each of three collections of photographs"),
        ),
    ),
    says=(
        loses("scratch_loses", N_("the scratch student"), N_("to 60 % of random labels")),
        loses("distilled_loses", N_("the distilled student"), N_("to 60 % of random labels")),
        helps("gain_at_worst", N_("with 60 % of random labels")),
    ),
    sweep=Study(_BASE, {"label_noise": NOISE, "alpha": (0.1, 0.5, 0.9)}, seeds=5),
    next=("how_many_images", "never_saw_it"),
)
