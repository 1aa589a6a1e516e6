"""The teacher's answers were kept batch by batch, and the pictures are shuffled anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kd.distillation.mistakes.mistake import Mistake
from kd.text.translation import N_

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class CachedAnswers(Mistake):
    """Soft targets of other pictures: a batch gets what the batch in its place got when answers were kept.

    They were kept in one pass before the first epoch, in an order of its own.
    """

    code = "cached_answers"
    label = N_("kept answers of other pictures")
    answers_by_place = True

    @classmethod
    def answers(cls, logits: np.ndarray, seed: int) -> np.ndarray:
        from numpy.random import default_rng

        # Epoch e is shuffled with the generator of [seed, e], and the first is 1.
        return logits[default_rng([seed, 0]).permutation(len(logits))]
