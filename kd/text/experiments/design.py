"""What an experiment's intervals cover, and what would change a verdict, in words: for docs/experiments.md.

Takes what kd.studies.experiments has: codes and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from kd.text.experiment_words import AGREES, DISAGREES, bare
from kd.text.translation import N_, _
from kd.text.words import listing

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
_UNDECIDED = (
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
    return _(_CHANGES.get(verdict, _UNDECIDED)[place], **ends)
