"""What few training images cost a student that learns alone, and what its teacher gives back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kd.config import RunConfig
from kd.studies.shipped import LONG, SHORT, near, shipped_study

MANY = 10_000
"""The training images of the student that the others are compared with."""


@dataclass(frozen=True)
class FewImages:
    """Shares of the test pictures that students get right, one for each seed.

    steps: about how many each student took. few: the training images of `alone` and `taught`. many: those of
    `enough`. alone, enough: without a teacher. taught: distilled. lost: the mean of `enough` less that of
    `alone`, in points. back: the mean of `taught` less that of `alone`, in points, and its 95 % interval from
    `low` to `high`. verdict: a code of kd.studies.verdicts.
    """

    steps: int
    few: int
    many: int
    alone: tuple[float, ...]
    taught: tuple[float, ...]
    enough: tuple[float, ...]
    lost: float
    back: float
    low: float
    high: float
    verdict: str


@cache
def few_images() -> FewImages:
    """From the short part of the study that comes with the project, at the default setting.

    Raises:
        ValueError: when the study cannot be read.
    """
    found = _few_images(SHORT)
    assert found is not None  # it always has a short part
    return found


@cache
def few_images_long() -> FewImages | None:
    """The same from its long part; None where it has none."""
    return _few_images(LONG)


def _few_images(length: str) -> FewImages | None:
    default = RunConfig()
    verdicts = near(default, "train_size", length)
    if verdicts is None:
        return None
    cells = verdicts.set_index("train_size")
    runs = shipped_study(length)
    for name, value in cells.attrs["cell"].items():
        runs = runs[runs[name] == value]
    few, many = (runs[runs["train_size"] == images] for images in (default.train_size, MANY))
    scratch = cells["scratch_accuracy"]
    verdict = cells.loc[default.train_size]
    return FewImages(
        steps=default.replace(epochs=int(few["epochs"].iloc[0])).steps,
        few=default.train_size,
        many=MANY,
        alone=tuple(few["scratch_accuracy"]),
        taught=tuple(few["distilled_accuracy"]),
        enough=tuple(many["scratch_accuracy"]),
        lost=float(100 * (scratch[MANY] - scratch[default.train_size])),
        back=float(verdict["difference"]),
        low=float(verdict["low"]),
        high=float(verdict["high"]),
        verdict=str(verdict["verdict"]),
    )
