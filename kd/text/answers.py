"""Three models' answers to one picture, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from kd.text.translation import N_, _
from kd.text.words import MODELS, STUDENTS, listing

# What models say, by who says it and how sure they are. Every clause is whole, so that a translator can
# choose its grammar; those under ("teacher", "distilled") are about a student that agrees with its teacher.
_CLAUSES = {
    MODELS: {
        "sure": N_("all three are sure of {digit}"),
        "hesitates": N_("all three hesitate between {digits} and say {digit}"),
        "leans": N_("all three lean towards {digit}"),
        "lost": N_("all three are at a loss"),
    },
    ("teacher",): {
        "sure": N_("the teacher is sure of {digit}"),
        "hesitates": N_("the teacher hesitates between {digits} and says {digit}"),
        "leans": N_("the teacher leans towards {digit}"),
        "lost": N_("the teacher is at a loss"),
    },
    ("distilled",): {
        "sure": N_("the distilled student is sure of {digit}"),
        "hesitates": N_("the distilled student hesitates between {digits} and says {digit}"),
        "leans": N_("the distilled student leans towards {digit}"),
        "lost": N_("the distilled student is at a loss"),
    },
    ("scratch",): {
        "sure": N_("the scratch student is sure of {digit}"),
        "hesitates": N_("the scratch student hesitates between {digits} and says {digit}"),
        "leans": N_("the scratch student leans towards {digit}"),
        "lost": N_("the scratch student is at a loss"),
    },
    STUDENTS: {
        "sure": N_("both students are sure of {digit}"),
        "hesitates": N_("both students hesitate between {digits} and say {digit}"),
        "leans": N_("both students lean towards {digit}"),
        "lost": N_("both students are at a loss"),
    },
    ("teacher", "scratch"): {
        "sure": N_("the teacher and the scratch student are sure of {digit}"),
        "hesitates": N_("the teacher and the scratch student hesitate between {digits} and say {digit}"),
        "leans": N_("the teacher and the scratch student lean towards {digit}"),
        "lost": N_("the teacher and the scratch student are at a loss"),
    },
    ("teacher", "distilled"): {
        "sure": N_("like its teacher, the distilled student is sure of {digit}"),
        "hesitates": N_(
            "like its teacher, the distilled student hesitates between {digits} and says {digit}"
        ),
        "leans": N_("like its teacher, the distilled student leans towards {digit}"),
        "lost": N_("like its teacher, the distilled student is at a loss"),
    },
}

# What models say who all hesitate between the same digits.
_SAYINGS = {
    ("teacher",): N_("the teacher says {digit}"),
    ("distilled",): N_("the distilled student says {digit}"),
    ("scratch",): N_("the scratch student says {digit}"),
    STUDENTS: N_("both students say {digit}"),
    ("teacher", "scratch"): N_("the teacher and the scratch student say {digit}"),
    ("teacher", "distilled"): N_("the teacher and the distilled student say {digit}"),
}

_WRONG = {
    ("teacher",): N_("The label says {label}: the teacher is wrong."),
    ("distilled",): N_("The label says {label}: the distilled student is wrong."),
    ("scratch",): N_("The label says {label}: the scratch student is wrong."),
    STUDENTS: N_("The label says {label}: both students are wrong."),
    ("teacher", "distilled"): N_("The label says {label}: the teacher and the distilled student are wrong."),
    ("teacher", "scratch"): N_("The label says {label}: the teacher and the scratch student are wrong."),
    MODELS: N_("The label says {label}: all three are wrong."),
}

Opinion = tuple[str, int, tuple[int, ...]]
"""A kind, an answer and the digits that compete: kd.analysis.observations.Opinion."""


def answers_sentence(opinions: Mapping[str, Opinion], label: int | None = None) -> str:
    """Says what the three models make of a picture, and which of them are wrong if its label is known."""
    sentence = _opinions_sentence(opinions)
    wrong = tuple(model for model in MODELS if opinions[model][1] != label)
    if label is None or not wrong:
        return sentence
    return f"{sentence} {_(_WRONG[wrong], label=label)}"


def _opinions_sentence(opinions: Mapping[str, Opinion]) -> str:
    groups: dict[Opinion, tuple[str, ...]] = {}  # what is said → who says it
    for model in MODELS:
        kind, answer, digits = opinions[model]
        view = (kind, -1 if kind == "lost" else answer, digits)
        groups[view] = (*groups.get(view, ()), model)
    if len(groups) > 1 and len({(kind, digits) for kind, _answer, digits in groups}) == 1:
        return _undecided(groups)
    clauses = [_clause(_CLAUSES[models][view[0]], view) for view, models in groups.items()]
    clauses[0] = clauses[0][:1].upper() + clauses[0][1:]
    if len(clauses) == 1:
        return _("{clause}.", clause=clauses[0])
    if len(clauses) == 2:
        return _("{first}; {second}.", first=clauses[0], second=clauses[1])
    return _("{first}; {second}; {third}.", first=clauses[0], second=clauses[1], third=clauses[2])


def _undecided(groups: Mapping[Opinion, tuple[str, ...]]) -> str:
    """Says that all three hesitate between the same digits, and which each of them chooses."""
    says = [_clause(_SAYINGS[models], view) for view, models in groups.items()]
    digits = _digits(next(iter(groups)))
    if len(says) == 2:
        return _(
            "All three hesitate between {digits}: {first}, and {second}.",
            digits=digits,
            first=says[0],
            second=says[1],
        )
    return _(
        "All three hesitate between {digits}: {first}, {second}, and {third}.",
        digits=digits,
        first=says[0],
        second=says[1],
        third=says[2],
    )


def _clause(message: str, view: Opinion) -> str:
    return _(message, digit=view[1], digits=_digits(view))


def _digits(view: Opinion) -> str:
    return listing([str(digit) for digit in view[2]])
