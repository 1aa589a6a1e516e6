"""How an experiment is made, in words: its lengths, what its intervals cover, what would change a verdict.

Takes what kd.studies.experiments has: codes and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from kd.text.experiment_words import AGREES, DISAGREES, Found, Saying, bare, number_words, saying, side
from kd.text.translation import N_, _
from kd.text.words import listing, sentence_case

_WHEN = {"short": N_("after {steps} steps"), "long": N_("trained out ({steps} steps)")}
_BEFORE = {
    AGREES: N_("{when}, it would have been right"),
    DISAGREES: N_("{when}, it would have been wrong"),
}
_UNDECIDED = N_("{when}, it could not have been told")
_LATE = {
    "one": N_("The last fifth of the long training changes the gain by {mean}."),
    "several": N_(
        "The last fifth of the long training changes the gain by {mean} on average, in the settings by "
        "{low} to {high}."
    ),
}


def when_words(length: str, steps: tuple[int, int]) -> str:
    """A length as within a sentence: 'after 640 steps', 'trained out (2,000 to 9,500 steps)'.

    Args:
        steps: the fewest and the most that a student takes.
    """
    fewest, most = (f"{each:,}" for each in steps)
    said = fewest if fewest == most else _("{fewest} to {most}", fewest=fewest, most=most)
    return _(_WHEN[length], steps=said)


def told(
    says: Sequence[Saying], found: Mapping[str, Mapping[str, Found]], label: Callable[[str], str]
) -> dict[str, str]:
    """What came out at each length of which something is known, the last one first.

    Of the short training it is only what was otherwise, as soon as the long one can be told.

    Args:
        found: length → code → finding.
        label: says what the finding with a code is.
    """
    known = {
        length: {
            one.measured: saying(one, findings[one.measured], label(one.measured))
            for one in says
            if one.measured in findings
        }
        for length, findings in reversed(list(found.items()))
    }
    said = {length: " ".join(filter(None, each.values())) for length, each in known.items()}
    last, *earlier = [length for length, text in said.items() if text] or [""]
    for length in earlier:
        so = [one.measured for one in says if _alike(one, found[length], found[last])]
        others = [text for code, text in known[length].items() if text and code not in so]
        so_too = [] if not so else [_("The rest was so, too.") if others else _("It was so, too.")]
        said[length] = " ".join([*others, *so_too])
    return {length: text for length, text in said.items() if text}


def _alike(says: Saying, one: Mapping[str, Found], other: Mapping[str, Found]) -> bool:
    """Whether a sentence takes the same side in both."""
    pair = [found[says.measured] for found in (one, other) if says.measured in found]
    if len(pair) < 2 or any(math.isnan(found.low) for found in pair):
        return False
    return side(pair[0], says.at) == side(pair[1], says.at)


def before_words(when: str, verdict: str, finding: str) -> str:
    """What a guess would have been after the short training.

    Args:
        when: of `when_words`.
        verdict: of kd.studies.experiments.judging.judged.
        finding: in words; empty where it is a curve.
    """
    said = sentence_case(_(_BEFORE.get(verdict, _UNDECIDED), when=when))
    return _("{said}: {finding}.", said=said, finding=finding) if finding else f"{said}."


def late_words(late: tuple[float, float, float]) -> str:
    """What the end of the long training changes; empty where nobody looked. late: mean, lowest, highest."""
    if math.isnan(late[0]):
        return ""
    mean, high = (number_words(each, "points", digits=2) for each in (late[0], late[2]))
    if mean == high:
        return _(_LATE["one"], mean=mean)
    return _(_LATE["several"], mean=mean, low=bare(late[1], "points", 2), high=high)


_DRAWN = {
    "weights": N_("the students' initial weights and the order of their images"),
    "drawn images": N_("which training images they see"),
    "wrong labels": N_("which labels are wrong"),
    "shifts": N_("how images are shifted"),
    "doubts": N_("where the teacher's doubts are put"),
    "own teacher": N_("the teachers that are trained here"),
    "first images": N_("the training images, which are MNIST's first ones"),
    "all images": N_("the training images where they are all 60,000"),
    "included teacher": N_("the included teacher"),
}
# Verdict → the sentence for a range that ends above only, below only, or on both sides.
_CHANGES = {
    AGREES: (
        N_("an interval that reaches down to {low}"),
        N_("an interval that reaches up to {high}"),
        N_("an interval that reaches down to {low} or up to {high}"),
    ),
    DISAGREES: (
        N_("an interval that reaches above {low}"),
        N_("an interval that reaches below {high}"),
        N_("an interval that reaches between {low} and {high}"),
    ),
}
_OTHER_CHANGES = (
    N_("an interval that is all above {low}, or all below it"),
    N_("an interval that is all below {high}, or all above it"),
    N_("an interval that is all between {low} and {high}, or all outside"),
)


class Range(Protocol):
    """kd.studies.experiments.judging.Expected."""

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...


def drawn_words(anew: Sequence[str], fixed: Sequence[str]) -> str:
    """What follows from the seed and what does not; codes of kd.studies.experiments.drawn."""
    test = _("the 10,000 test images, whose share of the error the intervals contain")
    return _(
        "Drawn anew with each seed: {anew}. Fixed: {fixed}.",
        anew=listing([_(_DRAWN[code]) for code in anew]),
        fixed=listing([*(_(_DRAWN[code]) for code in fixed), test]),
    )


def change_words(expected: Range, verdict: str, unit: str) -> str:
    """What would change a verdict.

    Args:
        expected: where the finding is if the claim holds.
        verdict: of kd.studies.experiments.judging.judged.
        unit: of the finding.
    """
    place = (
        2 if not (math.isinf(expected.low) or math.isinf(expected.high)) else int(math.isinf(expected.low))
    )
    ends = {
        name: bare(end, unit, 0 if end == round(end) else 1)
        for name, end in (("low", expected.low), ("high", expected.high))
        if math.isfinite(end)
    }
    return _(_CHANGES.get(verdict, _OTHER_CHANGES)[place], **ends)
