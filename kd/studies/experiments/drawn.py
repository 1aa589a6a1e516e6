"""What is drawn anew with each seed of an experiment, and what stays the same: what its intervals cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kd.config import SHIPPED_TEACHERS, TRAIN_IMAGES, RunConfig, has_teaching
from kd.config.fields import FIRST

ANEW = ("weights", "drawn images", "wrong labels", "shifts", "doubts", "own teacher")
FIXED = ("first images", "all images", "included teacher")
"""What either may be, by code."""


def drawn(configs: Iterable[RunConfig]) -> tuple[list[str], list[str]]:
    """What follows from the seed in some of these runs, and what does not: codes of ANEW and of FIXED."""
    found = {code for config in configs for code in _codes(config)}
    return [code for code in ANEW if code in found], [code for code in FIXED if code in found]


def _codes(config: RunConfig) -> Iterator[str]:
    yield "weights"
    if config.train_size == TRAIN_IMAGES:
        yield "all images"
    else:
        yield "first images" if config.pictures == FIRST else "drawn images"
    if config.label_noise:
        yield "wrong labels"
    if config.shift:
        yield "shifts"
    if config.permuted_doubts:
        yield "doubts"
    if has_teaching(config):
        yield "included teacher" if config.teacher in SHIPPED_TEACHERS else "own teacher"
