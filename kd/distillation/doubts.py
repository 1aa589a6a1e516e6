"""Dark knowledge with permuted predictions: how sure a teacher is, without what it takes a digit for."""

from __future__ import annotations

import numpy as np

# Other draws have [seed, epoch] (an epoch's order) and [seed, 1_000_000] (noise).
_DOUBTS = 3_000_000


def permuted_doubts(logits: np.ndarray, seed: int, variants: int = 1) -> np.ndarray:
    """Returns a teacher's logits with all but the largest of each picture in random places.

    At any temperature, the largest probability stays and the others keep their values, but which classes they
    belong to says nothing any more. Furlanello et al. 2018, section 3.2 (DKPP).

    Args:
        logits: float (n · variants, classes).
        seed: the same seed gives the same places to the same number of pictures.
        variants: of each picture, one row after the other; they share their places.

    Returns:
        Float (n · variants, classes).
    """
    count, classes = len(logits) // variants, logits.shape[1]
    places = np.tile(np.arange(classes - 1), (count, 1))
    places = np.random.default_rng([seed, _DOUBTS]).permuted(places, axis=1).repeat(variants, axis=0)
    largest = np.arange(classes) == logits.argmax(axis=1)[:, np.newaxis]
    others = np.argsort(largest, axis=1, kind="stable")[:, :-1]
    permuted = logits.copy()
    moved = np.take_along_axis(others, places, axis=1)
    np.put_along_axis(permuted, others, np.take_along_axis(logits, moved, axis=1), axis=1)
    return permuted
