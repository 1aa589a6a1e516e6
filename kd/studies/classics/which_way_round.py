from kd.studies.experiments.card import *

_BASE = RunConfig(alpha=0.0, temperature=4.0, train_size=2_000, epochs=10)
FORWARD, REVERSE = "", "reversed_divergence"
WIDTHS = (1, 4, 16)
_ruled_out = partial(at, "improbable", student_width=1)
_reverse_adds = told(
    N_("what the reverse divergence adds {where}"),
    N_("{where}, the reverse divergence adds {value} points ({interval})."),
    N_("{where}, the reverse divergence costs {value} points ({interval})."),
    N_("{where}, neither divergence is shown to be better ({interval} points)."),
    by=("where",),
)
_rules_out = told(
    N_("how much less the smallest gives to digits that its teacher rules out"),
    N_("To what its teacher rules out, the smallest gives {value} points less that way ({interval})."),
    N_("To what its teacher rules out, the smallest gives {value} points more that way ({interval})."),
    N_("Neither way is it shown to give more to what its teacher rules out ({interval} points)."),
)
_one, _four, _sixteen = (
    distilled(student_width=width, mistake=REVERSE) - distilled(student_width=width, mistake=FORWARD)
    for width in WIDTHS
)

EXPERIMENT = Experiment(
    title=N_("Which way round when the student is too small?"),
    question=N_(
        "A student that is too small cannot say all that its teacher says. Should it cover everything a "
        "little, or say the likeliest well and leave out the rest? The order of the two in the divergence "
        "decides."
    ),
    means=N_(
        "The usual divergence punishes a student for ruling out what its teacher thinks possible, so it "
        "spreads. The reverse one punishes it for thinking possible what its teacher rules out, so it "
        "commits itself. Language models with thousands of words to choose from are where this matters most."
    ),
    differs=N_(
        "The papers are about language models that learn from sentences of their own, many words long. Here "
        "a student gives one of ten answers, its teacher is nearly always sure, and with no sentence to get "
        "lost in, spreading costs little."
    ),
    paper=arxiv("2306.08543", N_("Gu, Dong, Wei and Huang 2023; Agarwal et al. 2023"), N_("abstracts")),
    guess=guess(
        "smallest",
        N_("With one filter, is a student better with the reverse divergence?"),
        (-0.5, 0.5),
        worse=N_("worse, by more than half a point"),
        same=N_("within half a point"),
        better=N_("better, by more than half a point"),
    ),
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
        "smallest": _reverse_adds(_one, N_("with 1 filter")),
        "middle": _reverse_adds(_four, N_("with 4 filters")),
        "largest": _reverse_adds(_sixteen, N_("with 16 filters")),
        "ruled_out": _rules_out(_ruled_out(mistake=FORWARD) - _ruled_out(mistake=REVERSE)),
    },
    claims=(
        Claim(
            N_("MiniLLM: the reverse divergence keeps a student from what its teacher thinks improbable."),
            "ruled_out",
            quote="to prevent the student model from overestimating the low-probability regions",
            section=N_("abstract"),
        ),
        Claim(
            N_("GKD: another divergence may serve a student better that cannot say all of it."),
            "smallest",
            quote="when the student lacks the expressivity to mimic the teacher's distribution",
            section=N_("abstract (https://arxiv.org/abs/2306.13649)"),
        ),
    ),
    measures=("improbable",),
    sweep=Study(_BASE, {"student_width": (1, 2, 4, 8, 16), "temperature": (1.0, 4.0, 10.0)}, seeds=5),
    next=("reversed_divergence", "temperature_and_size", "how_small"),
)
