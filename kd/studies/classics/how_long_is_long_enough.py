"""What a gain is after a short training, and what is left of it after a long one."""

from __future__ import annotations

from kd.studies.experiments.card import *

EPOCHS = (20, 40, 100, 200, 400)
USUAL, MOST = EPOCHS[1], EPOCHS[-1]
_BASE = RunConfig()
KINDS: dict[str, dict[str, object]] = {
    "soft": {},
    "virtual": {"objective": "virtual_teacher"},
    "mistake": {"mistake": "one_temperature"},
}


def _plan(seeds: int, times: int) -> list[list[Part]]:
    axis = {"epochs": tuple(times * epochs for epochs in EPOCHS)}
    return [
        [Part(Study(_BASE.replace(**fields), axis, seeds), {"kind": kind}) for kind, fields in KINDS.items()]
    ]


def _judge(rows: pd.DataFrame) -> Findings:
    def of(kind: str, epochs: int, value: str = "distilled_right") -> pd.Series:
        return by_seed(rows, value, kind=kind, epochs=epochs)

    found: Findings = {}
    for when, epochs in (("usual", USUAL), ("most", MOST)):
        found |= {f"{kind}_{when}": finding(of(kind, epochs, "gain")) for kind in ("soft", "virtual")}
        found[f"mistake_{when}"] = finding(of("mistake", epochs) - of("soft", epochs))
    return {**found, "patience": finding(of("soft", MOST) - of("soft", USUAL))}


def _after(measured: str, who: str, than: str) -> Says:
    return Says(
        measured,
        N_("{when}, {who} is {value} points better than {than} ({interval})."),
        N_("{when}, {who} is {value} points worse than {than} ({interval})."),
        N_("{when}, {who} is not shown to be better or worse than {than} ({interval} points)."),
        label=N_("accuracy of {who} less that of {than}, {when}"),
        names={
            "when": N_("after 40 epochs") if measured.endswith("usual") else N_("after 400 epochs"),
            "who": who,
            "than": than,
        },
    )


EXPERIMENT = Experiment(
    name="how_long_is_long_enough",
    title=N_("How long is long enough?"),
    question=N_(
        "500 images, seen 20 to 400 times: by a student with a teacher, by one with a made-up teacher that "
        "knows nothing, and by one whose distillation loss has T on one side only. Who is ahead of the "
        "labels early, and who at the end?"
    ),
    means=N_(
        "A short training shows who learns fast, a long one who learns well, and the two need not be the "
        "same student. So every verdict belongs to a length of training, and a comparison that stops early "
        "may have the wrong winner."
    ),
    differs=N_(
        "In both papers a longer training brings new views: Beyer crops and mixes its photographs, and "
        "Busbridge's language models read new text all the time. Here the student sees the same 500 images "
        "again, and labels alone have soon told it all they can."
    ),
    paper=Paper(
        N_("Busbridge, Shidani, Weers, Ramapuram, Littwin and Webb 2025"),
        N_("section 5.1"),
        "https://arxiv.org/abs/2502.08606",
    ),
    guess=Guess(
        N_("After 400 epochs, who is ahead: the right distillation loss, or the one with T on one side?"),
        {
            "right": Choice(N_("the right one"), below(0)),
            "mistake": Choice(N_("the one with T on one side"), above(0)),
        },
        measured="mistake_most",
    ),
    chart=Chart(
        "line",
        "epochs",
        N_("Epochs"),
        ("gain",),
        GAIN,
        series="kind",
        series_label=N_("The student learns from"),
        names={
            "soft": N_("soft targets"),
            "virtual": N_("a made-up teacher"),
            "mistake": N_("soft targets, T on one side only"),
        },
    ),
    plan=_plan,
    judge=_judge,
    claims=(
        Claim(
            N_("A student with a teacher gains from a training ten times as long."),
            "patience",
            above(0),
            quote="One needs patience along with consistency when doing distillation.",
            section=N_("Beyer et al. 2022, figure 4"),
            figure=N_("up to a million epochs, where a hundred are usual"),
        ),
        Claim(
            N_("Given enough training, a student of the labels alone overtakes one with a teacher."),
            "soft_most",
            below(0),
            quote="Supervised learning always outperforms distillation given enough student compute",
            figure=N_("language models of 143 million to 12.6 billion parameters"),
        ),
    ),
    says=(
        _after("soft_usual", N_("a student with a teacher"), N_("scratch")),
        _after("soft_most", N_("a student with a teacher"), N_("scratch")),
        _after("virtual_usual", N_("a student with a made-up teacher"), N_("scratch")),
        _after("virtual_most", N_("a student with a made-up teacher"), N_("scratch")),
        _after("mistake_usual", N_("a student with T on one side only"), N_("one with the right loss")),
        _after("mistake_most", N_("a student with T on one side only"), N_("one with the right loss")),
        compares("patience", N_("a student with a teacher for 400 epochs"), N_("one for 40")),
    ),
    times=1,  # it is about length
    sweep=Study(_BASE, {"epochs": (20, 40, 100, 200), "train_size": (200, 500)}, seeds=5),
    next=("how_many_images", "longer_and_longer", "one_temperature"),
)
