"""What networks answer, in sentences: most of them the browser fills in while a pen or T moves."""

from typing import Any

import pandas as pd

from kd.text.chart_words import records
from kd.text.translation import N_, _, ngettext, numeral
from kd.text.words import AND, MODELS, STUDENTS, called, percent

# Who says the same → the subject of the clause.
_WHO = {
    MODELS: N_("all three"),
    STUDENTS: N_("both students"),
    ("teacher", "distilled"): N_("the teacher and the distilled student"),
    ("teacher", "scratch"): N_("the teacher and the scratch student"),
    ("teacher",): N_("the teacher"),
    ("distilled",): N_("the distilled student"),
    ("scratch",): N_("the scratch student"),
}


def answers_says() -> dict[str, Any]:
    """Returns the parts of what answersSentence and distances in ui/live/browser/words.js say.

    who: models, joined by + → kind of clause → the clause; some clauses join others.
    """
    return {
        "who": {"+".join(models): _clauses(models) for models in _WHO},
        "joined": [_("{first}."), _("{first}; {second}."), _("{first}; {second}; {third}.")],
        "undecided": [
            "",
            _("All three hesitate between {digits}: {first}, and {second}."),
            _("All three hesitate between {digits}: {first}, {second}, and {third}."),
        ],
        "and": _(AND),
        "distances": _(
            "Distance from the teacher's answer (KL divergence): distilled {distilled}, scratch {scratch}."
        ),
        "close": _("less than 0.01 bits"),
        "bits": _("{value} bits"),
    }


def _clauses(models: tuple[str, ...]) -> dict[str, str]:
    """Returns what can be said of models that say the same, with places for the digits."""
    who, n = _(_WHO[models]), len(models)
    places = {"digit": "{digit}", "digits": "{digits}"}
    says = ngettext("{who} says {digit}", "{who} say {digit}", n, who=who, **places)
    if models == ("teacher", "distilled"):
        who, n = _("like its teacher, the distilled student"), 1
    filled = {"who": who, **places}
    return {
        "says": says,
        "sure": ngettext("{who} is sure of {digit}", "{who} are sure of {digit}", n, **filled),
        "leans": ngettext("{who} leans towards {digit}", "{who} lean towards {digit}", n, **filled),
        "lost": ngettext("{who} is at a loss", "{who} are at a loss", n, **filled),
        "hesitates": ngettext(
            "{who} hesitates between {digits} and says {digit}",
            "{who} hesitate between {digits} and say {digit}",
            n,
            **filled,
        ),
    }


SOFT_TARGET_SAYS = {
    "others": N_("At T = {temperature}, the teacher says {digit} ({share}) and also {others}."),
    "more": N_("{count} more"),
    "next": N_("At T = {temperature}, the teacher says {digit} ({share}); next comes {other}."),
    "alone": N_("At T = {temperature}, the teacher says {digit} ({share})."),
    "bits": N_("That is {bits} bits of doubt."),
    "label": N_("The label says {label}."),
    "and": AND,
}
"""What the browser says of a soft target: softTargetSentence in ui/live/browser/words.js."""

PULL_SAYS = {
    "nothing": N_("Nothing pulls: the student already says what it is told."),
    "label_alone": N_("Only the label pulls: it pulls {up} up most and pushes {down} down most."),
    "teacher_alone": N_("Only the teacher pulls: it pulls {up} up most and pushes {down} down most."),
    "equal": N_("The label and the teacher pull about equally hard."),
    "teacher_harder": N_("The teacher pulls {times} times as hard as the label."),
    "label_harder": N_("The label pulls {times} times as hard as the teacher."),
    "beyond": N_("more than 1,000"),
    "together": N_("Together they pull {up} up most and push {down} down most."),
}
"""What the browser says of a pull: pullSentence in ui/live/browser/words.js."""

VOICES_SAYS = {
    "hidden": N_(
        "At T = {temperature}, the teacher looks as sure as a label: {digit} ({share}). Raise T to see its "
        "doubts."
    ),
    "heard": N_(
        "At T = {temperature}, the teacher's doubts show: {digit} ({share}), but perhaps {other} "
        "({other_share})."
    ),
    "alike": N_(
        "At T = {temperature}, all classes get nearly the same share: what else {digit} could be no "
        "longer shows."
    ),
    "taught": N_("Distilled learned from them and agrees; scratch never saw them and says {scratch}."),
    "distilled": N_("Distilled learned from such doubts and is closer to the teacher than scratch."),
    "scratch": N_("On this picture, scratch happens to be closer to it than distilled."),
}
"""What the browser says of a label, a teacher and two students side by side: `ui.live.views.voices`."""


def look_alikes_words(rows: pd.DataFrame, temperature: float) -> str:
    """Says which class is most like another to the teacher, and for which it is surest and least sure."""
    cells = records(rows[rows["probability"].notna()], "true", "class", "probability", "share_of_wrong")
    right = [cell for cell in cells if cell[0] == cell[1]]
    true, other, _probability, share = max((c for c in cells if c[0] != c[1]), key=lambda cell: cell[3])
    surest, doubted = max(right, key=lambda cell: cell[2]), min(right, key=lambda cell: cell[2])
    return _(
        "The teacher's mean soft targets at T = {temperature}. Strongest likeness: for pictures of {true}, "
        "{share} of the probability for wrong classes goes to {other}. Mean probability of the true class: "
        "highest for {surest} ({high}), lowest for {doubted} ({low}).",
        temperature=numeral(temperature, "g"),
        true=called(true),
        share=percent(share),
        other=called(other),
        surest=called(surest[0]),
        high=percent(surest[2]),
        doubted=called(doubted[0]),
        low=percent(doubted[2]),
    )
