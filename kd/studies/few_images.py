"""What few training images cost a student that learns alone, what its teacher gives back, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

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
def few_images(length: str = SHORT) -> FewImages:
    """Reads one part of the included study, SHORT or LONG, at the default setting.

    Raises:
        ValueError: when the study cannot be read.
    """
    default = RunConfig()
    verdicts = near(default, "train_size", length)
    assert verdicts is not None  # both parts have the default setting
    cells = verdicts.set_index("train_size")
    runs = shipped_study(length)
    for name, value in cells.attrs["cell"].items():
        runs = runs[runs[name] == value]
    few, many = (runs[runs["train_size"] == images] for images in (default.train_size, _MANY))
    scratch = cells["scratch_accuracy"]
    verdict = cells.loc[default.train_size]
    return FewImages(
        steps=default.replace(epochs=int(few["epochs"].iloc[0])).steps,
        few=default.train_size,
        many=_MANY,
        alone=tuple(few["scratch_accuracy"]),
        taught=tuple(few["distilled_accuracy"]),
        enough=tuple(many["scratch_accuracy"]),
        lost=float(100 * (scratch[_MANY] - scratch[default.train_size])),
        back=float(verdict["difference"]),
        low=float(verdict["low"]),
        high=float(verdict["high"]),
        verdict=str(verdict["verdict"]),
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
    alone = _mean(found.alone)
    off = guess - 100 * alone
    which = "close" if abs(off) <= _CLOSE else "high" if off > 0 else "low"
    said = _(_SAYS[which], alone=percent(alone), lost=f"{found.lost:.1f}", many=f"{found.many:,}")
    back = _(
        _BACK if found.verdict == HELPS else _UNCLEAR,
        taught=percent(_mean(found.taught)),
        back=f"{found.back:.1f}",
        low=f"{found.low:.1f}",
        high=f"{found.high:.1f}",
    )
    later = {"alone": percent(_mean(longer.alone)), "taught": percent(_mean(longer.taught))}
    length = _(_LENGTHS, steps=f"{found.steps:,}", more=f"{longer.steps:,}", **later)
    return f"{said} {back} {length}"


def _mean(shares: tuple[float, ...]) -> float:
    return sum(shares) / len(shares)
