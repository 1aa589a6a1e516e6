"""Three models' answers to one picture, in sentences that the browser fills in while a pen moves."""

from __future__ import annotations

from typing import Any

from kd.text.translation import N_, _, ngettext
from kd.text.words import AND, MODELS, STUDENTS

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
