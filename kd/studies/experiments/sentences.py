"""The sentences that most findings are told in: what they speak of is named once, and the label follows.

Names are marked for translation, and written as within a sentence: N_("the first pupil"), N_("at T = 20").
"""

from __future__ import annotations

from kd.studies.experiments.experiment import Says
from kd.text.translation import N_

# Of a share, no side of which says more than the share itself.
_HALF = 50.0


def helps(measured: str, where: str) -> Says:
    """The gain over scratch somewhere: “at T = 20”, “with 100 images”, “as it was”."""
    return Says(
        measured,
        N_("{where}, the teacher helps by {value} points ({interval})."),
        N_("{where}, the teacher costs {value} points ({interval})."),
        N_("{where}, it is not shown that the teacher helps or hurts ({interval} points)."),
        label=N_("gain over scratch {where}"),
        names={"where": where},
    )


def compares(measured: str, one: str, other: str) -> Says:
    """How much more one gets right than another: “the first pupil” and “its teacher”."""
    return Says(
        measured,
        N_("{one} is {value} points better than {other} ({interval})."),
        N_("{one} is {value} points worse than {other} ({interval})."),
        N_("{one} is not shown to be better or worse than {other} ({interval} points)."),
        label=N_("accuracy of {one} less that of {other}"),
        names={"one": one, "other": other},
    )


def adds(measured: str, what: str) -> Says:
    """What one thing adds: “T² alone”, “an assistant”."""
    return Says(
        measured,
        N_("{what} adds {value} points ({interval})."),
        N_("{what} costs {value} points ({interval})."),
        N_("{what} makes no difference that shows ({interval} points)."),
        label=N_("what {what} adds"),
        names={"what": what},
    )


def loses(measured: str, who: str, to: str) -> Says:
    """What something costs somebody: “the distilled student” and “to wrong labels”."""
    return Says(
        measured,
        N_("{who} loses {value} points {to} ({interval})."),
        N_("{who} loses nothing {to}, and gains {value} points ({interval})."),
        N_("{who} is not shown to lose anything {to} ({interval} points)."),
        label=N_("what {who} loses {to}"),
        names={"who": who, "to": to},
    )


def answers_alike(measured: str, where: str) -> Says:
    """How often a student gives its teacher's answer to some pictures: “the test pictures”."""
    sentence = N_("The student gives its teacher's answer to {value}\u00a0% of {where} ({interval}).")
    return Says(
        measured,
        sentence,
        sentence,
        sentence,
        at=_HALF,
        label=N_("agreement with the teacher on {where}"),
        names={"where": where},
    )


def agrees_more(measured: str, one: str, other: str) -> Says:
    """How much more often one agrees with the teacher than another: “a larger student” and “a small one”."""
    return Says(
        measured,
        N_("{one} agrees with the teacher {value} points more often than {other} ({interval})."),
        N_("{one} agrees with the teacher {value} points less often than {other} ({interval})."),
        N_("{one} is not shown to agree with the teacher more or less than {other} ({interval} points)."),
        label=N_("agreement of {one} less that of {other}"),
        names={"one": one, "other": other},
    )


def gets_right(measured: str, who: str) -> Says:
    """A share of pictures: “the student with the best bias”."""
    sentence = N_("{who} gets {value} % right ({interval}).")
    return Says(
        measured,
        sentence,
        sentence,
        sentence,
        at=_HALF,
        label=N_("how much {who} gets right"),
        names={"who": who},
    )
