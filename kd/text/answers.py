"""Three models' answers to one picture, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from kd.text.translation import N_, _, ngettext
from kd.text.words import MODELS, STUDENTS, listing

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

Opinion = tuple[str, int, tuple[int, ...]]
"""A kind, an answer and the digits that compete: kd.analysis.observations.Opinion."""


def answers_sentence(opinions: Mapping[str, Opinion], label: int | None = None) -> str:
    """Says what the three models make of a picture, and which of them are wrong if its label is known."""
    sentence = _opinions_sentence(opinions)
    wrong = tuple(model for model in MODELS if opinions[model][1] != label)
    if label is None or not wrong:
        return sentence
    mistaken = ngettext(
        "The label says {label}: {who} is wrong.",
        "The label says {label}: {who} are wrong.",
        len(wrong),
        label=label,
        who=_(_WHO[wrong]),
    )
    return f"{sentence} {mistaken}"


def _opinions_sentence(opinions: Mapping[str, Opinion]) -> str:
    groups: dict[Opinion, tuple[str, ...]] = {}  # what is said → who says it
    for model in MODELS:
        kind, answer, digits = opinions[model]
        view = (kind, -1 if kind == "lost" else answer, digits)
        groups[view] = (*groups.get(view, ()), model)
    if len(groups) > 1 and len({(kind, digits) for kind, _answer, digits in groups}) == 1:
        return _undecided(groups)
    clauses = [_clause(models, view) for view, models in groups.items()]
    clauses[0] = clauses[0][:1].upper() + clauses[0][1:]
    if len(clauses) == 1:
        return _("{clause}.", clause=clauses[0])
    if len(clauses) == 2:
        return _("{first}; {second}.", first=clauses[0], second=clauses[1])
    return _("{first}; {second}; {third}.", first=clauses[0], second=clauses[1], third=clauses[2])


def _clause(models: tuple[str, ...], view: Opinion) -> str:
    kind, digit, digits = view
    who, number = _(_WHO[models]), len(models)
    if models == ("teacher", "distilled"):
        who, number = _("like its teacher, the distilled student"), 1
    if kind == "sure":
        return ngettext("{who} is sure of {digit}", "{who} are sure of {digit}", number, who=who, digit=digit)
    if kind == "leans":
        return ngettext(
            "{who} leans towards {digit}", "{who} lean towards {digit}", number, who=who, digit=digit
        )
    if kind == "lost":
        return ngettext("{who} is at a loss", "{who} are at a loss", number, who=who)
    return ngettext(
        "{who} hesitates between {digits} and says {digit}",
        "{who} hesitate between {digits} and say {digit}",
        number,
        who=who,
        digits=_listed(digits),
        digit=digit,
    )


def _undecided(groups: Mapping[Opinion, tuple[str, ...]]) -> str:
    """Says that all three hesitate between the same digits, and which each of them chooses."""
    says = [
        ngettext("{who} says {digit}", "{who} say {digit}", len(models), who=_(_WHO[models]), digit=digit)
        for (_kind, digit, _digits), models in groups.items()
    ]
    digits = _listed(next(iter(groups))[2])
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


def _listed(digits: tuple[int, ...]) -> str:
    return listing([str(digit) for digit in digits])
