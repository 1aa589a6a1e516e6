"""What few training images cost a student that learns alone, what its teacher gives back, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import mean
from typing import Any

from kd.config import RunConfig
from kd.studies.shipped import SHORT, near, shipped_study
from kd.text.translation import N_, _, numeral
from kd.text.words import percent, points_between

_MANY = 10_000
# In points: a guess that is no further off is a good one.
_CLOSE = 2.0


@dataclass(frozen=True)
class FewImages:
    """What five seeds of the default setting get right, as shares of the test pictures, one for each seed.

    steps: about how many each student took: few_epochs through `few` images, many_epochs through `many`.
    alone, taught: without and with a teacher, from `few` images. enough: without a teacher, from `many`.
    verdict: the row of kd.studies.verdicts.verdicts.
    """

    steps: int
    few: int
    few_epochs: int
    many: int
    many_epochs: int
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
    few_epochs, many_epochs = (int(part["epochs"].iloc[0]) for part in (few, many))
    return FewImages(
        steps=default.replace(epochs=few_epochs).steps,
        few=default.train_size,
        few_epochs=few_epochs,
        many=_MANY,
        many_epochs=many_epochs,
        alone=tuple(few["scratch_accuracy"]),
        taught=tuple(few["distilled_accuracy"]),
        enough=tuple(many["scratch_accuracy"]),
        verdict=verdicts.set_index("train_size").loc[default.train_size].to_dict(),
    )


_SAYS = {
    "close": N_("Well guessed: alone, it gets {alone}, {lost} percentage points below {many} images."),
    "high": N_(
        "Less than you guessed: alone, it gets {alone}, {lost} percentage points below {many} images."
    ),
    "low": N_("More than you guessed: alone, it gets {alone}, {lost} percentage points below {many}."),
}
_BACK = N_("The teacher wins back {back} points (likely {low}–{high}, {seeds} repeats).")
_LONGER = N_("Trained {times} times as long, it gets {alone} alone and {taught} taught.")


def answer_sentence(guess: int, found: FewImages, longer: FewImages) -> str:
    """Says how a guess, in percent, compares with what came out, and what the teacher gives back.

    Whole percentages, like the guess. longer: the same of students that were trained longer.
    """
    alone, taught, row = mean(found.alone), mean(found.taught), found.verdict
    off = guess - 100 * alone
    which = "close" if abs(off) <= _CLOSE else "high" if off > 0 else "low"
    lost = numeral(points_between(mean(found.enough), alone, 0), ".0f")
    said = _(_SAYS[which], alone=percent(alone, 0), lost=lost, many=numeral(found.many))
    back = _(
        _BACK,
        back=numeral(points_between(taught, alone, 0), ".0f"),
        low=numeral(row["low"], ".0f"),
        high=numeral(row["high"], ".0f"),
        seeds=len(found.taught),
    )
    later = {"alone": percent(mean(longer.alone), 0), "taught": percent(mean(longer.taught), 0)}
    return f"{said} {back} {_(_LONGER, times=round(longer.steps / found.steps), **later)}"
