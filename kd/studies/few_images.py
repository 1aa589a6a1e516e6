"""What few training images cost a student that learns alone, what its teacher gives back, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import mean
from typing import Any

from kd.config import RunConfig
from kd.studies.shipped import SHORT, near, shipped_study
from kd.studies.verdicts import HELPS
from kd.text.translation import N_, _
from kd.text.words import percent

_MANY = 10_000
# In points: a guess that is no further off is a good one.
_CLOSE = 2.0


@dataclass(frozen=True)
class FewImages:
    """What five seeds of the default setting get right, as shares of the test pictures, one for each seed.

    steps: about how many each student took. alone, taught: without and with a teacher, from `few` images.
    enough: without a teacher, from `many`. verdict: the row of kd.studies.verdicts.verdicts.
    """

    steps: int
    few: int
    many: int
    alone: tuple[float, ...]
    taught: tuple[float, ...]
    enough: tuple[float, ...]
    verdict: Mapping[str, Any]


@cache
def few_images(length: str = SHORT) -> FewImages:
    """Reads one part of the included study, SHORT or LONG, at the default setting."""
    default = RunConfig()
    verdicts = near(default, "train_size", length)
    assert verdicts is not None  # both parts have the default setting
    runs = shipped_study(length)
    for name, value in verdicts.attrs["cell"].items():
        runs = runs[runs[name] == value]
    few, many = (runs[runs["train_size"] == images] for images in (default.train_size, _MANY))
    return FewImages(
        steps=default.replace(epochs=int(few["epochs"].iloc[0])).steps,
        few=default.train_size,
        many=_MANY,
        alone=tuple(few["scratch_accuracy"]),
        taught=tuple(few["distilled_accuracy"]),
        enough=tuple(many["scratch_accuracy"]),
        verdict=verdicts.set_index("train_size").loc[default.train_size].to_dict(),
    )


_SAYS = {
    "close": N_("Well guessed: it is {alone}, {lost} points fewer than with {many}."),
    "high": N_("It is less than you guessed: {alone}, {lost} points fewer than with {many}."),
    "low": N_("It is more than you guessed: {alone}, {lost} points fewer than with {many}."),
}
_BACK = N_("Taught by the teacher, the same student gets {taught}: {back} points back ({low} to {high}).")
_UNCLEAR = N_("Taught by the teacher, the same student gets {taught}: no difference is shown.")
_LENGTHS = N_("All this after about {steps} steps; after {more}, it gets {alone} alone, and {taught} taught.")


def answer_sentence(guess: int, found: FewImages, longer: FewImages) -> str:
    """Says how a guess, in percent, compares with what came out, and what the teacher gives back.

    longer: the same of students that were trained longer.
    """
    alone, row = mean(found.alone), found.verdict
    off = guess - 100 * alone
    which = "close" if abs(off) <= _CLOSE else "high" if off > 0 else "low"
    lost = f"{100 * (mean(found.enough) - alone):.1f}"
    said = _(_SAYS[which], alone=percent(alone), lost=lost, many=f"{found.many:,}")
    back = _(
        _BACK if row["verdict"] == HELPS else _UNCLEAR,
        taught=percent(mean(found.taught)),
        back=f"{row['difference']:.1f}",
        low=f"{row['low']:.1f}",
        high=f"{row['high']:.1f}",
    )
    later = {"alone": percent(mean(longer.alone)), "taught": percent(mean(longer.taught))}
    length = _(_LENGTHS, steps=f"{found.steps:,}", more=f"{longer.steps:,}", **later)
    return f"{said} {back} {length}"
