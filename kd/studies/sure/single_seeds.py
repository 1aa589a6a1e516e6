"""What each seed of a setting says alone, what the seeds say as they are added one by one, and in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kd.analysis.evaluation import mcnemar, paired_difference_interval
from kd.analysis.verdict import verdict
from kd.config import TEST_IMAGES
from kd.studies.over_seeds import next_station, station
from kd.studies.verdicts import HELPS, HURTS, NOT_JUDGED, NOT_SHOWN, verdicts
from kd.text.study_words import decimals, signed
from kd.text.translation import N_, _, ngettext
from kd.text.words import STUDENTS, listing

ORDERS = ("by_number", "largest_first", "smallest_first")
"""In which order seeds may be added: as they are numbered, or picked by what they came to."""

_CODES = {"ahead": HELPS, "behind": HURTS, "not shown": NOT_SHOWN}


@dataclass(frozen=True)
class SingleSeeds:
    """Verdicts of the seeds of one setting: of each by McNemar's test, not corrected, and of all together."""

    alone: tuple[str, ...]
    together: str

    @property
    def disagreed(self) -> int:
        """How many seeds alone say something else than all together."""
        return sum(each != self.together for each in self.alone)

    @property
    def together_words(self) -> str:
        """What all say: 'all 5 together say that it helps'."""
        count, judged = len(self.alone), station(len(self.alone))
        seeds = (
            _("all {count}", count=count) if judged in (0, count) else _("the first {count}", count=judged)
        )
        return _(_TOGETHER[self.together], seeds=seeds)

    @property
    def tally(self) -> str:
        """How many say what alone: '3 say that it helps and 2 say that it hurts'."""
        helps, nothing, hurts = map(self.alone.count, (HELPS, NOT_SHOWN, HURTS))
        parts = [
            ngettext("{count} says that it helps", "{count} say that it helps", helps, count=f"{helps:,}"),
            ngettext("{count} shows neither", "{count} show neither", nothing, count=f"{nothing:,}"),
            ngettext("{count} says that it hurts", "{count} say that it hurts", hurts, count=f"{hurts:,}"),
        ]
        return listing([part for part, count in zip(parts, (helps, nothing, hurts), strict=True) if count])


def alone(runs: pd.DataFrame) -> pd.DataFrame:
    """Judges each seed of one setting by its test pictures; runs: of `kd.studies.verdicts.study_frame`.

    Returns columns seed, difference (in points), low, high (Newcombe's interval) and verdict, by seed.
    """
    models = (f"{model}_accuracy" for model in STUDENTS)
    right = np.rint(TEST_IMAGES * runs[[*models]].to_numpy(float)).astype(int)
    only = runs[["only_distilled", "only_scratch"]].to_numpy(int)
    both = right - only
    neither = TEST_IMAGES - right[:, 0] - only[:, 1]
    rows = []
    for seed, gain, shared, (first, second), rest in zip(
        runs["seed"], right[:, 0] - right[:, 1], both[:, 0], only.tolist(), neither, strict=True
    ):
        low, high = paired_difference_interval(int(shared), first, second, int(rest))
        code = _CODES[verdict(low, high, mcnemar(first, second))]
        rows.append((seed, 100 * gain / TEST_IMAGES, 100 * low, 100 * high, code))
    columns = ["seed", "difference", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns).sort_values("seed", ignore_index=True)


def single_seeds(runs: pd.DataFrame) -> SingleSeeds:
    """Returns the verdicts of these seeds. runs: as for `alone`."""
    return SingleSeeds(tuple(alone(runs)["verdict"]), str(verdicts(runs, ())["verdict"].iloc[0]))


@dataclass(frozen=True)
class Step:
    """What is known once a seed has been added: its own difference in points, and what it says alone.

    The others are of all seeds so far, as kd.studies.verdicts has them.
    """

    seed: int
    own: float
    says: str
    difference: float
    judged_seeds: int
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class AddingSeeds:
    """Verdicts of the seeds of one setting, by number; steps: order → a step for each seed."""

    single: SingleSeeds
    steps: dict[str, tuple[Step, ...]]


def adding_seeds(runs: pd.DataFrame) -> AddingSeeds:
    """Adds the seeds of one setting one after the other, in each of ORDERS; runs: as for `alone`."""
    runs, table = runs.sort_values("seed"), alone(runs)
    ascending = np.argsort(table["difference"].to_numpy(float), kind="stable")
    orders = dict(zip(ORDERS, (np.arange(len(runs)), ascending[::-1], ascending), strict=True))
    steps = {order: tuple(_steps(runs, table, places)) for order, places in orders.items()}
    return AddingSeeds(single_seeds(runs), steps)


def _steps(runs: pd.DataFrame, table: pd.DataFrame, order: np.ndarray) -> Iterator[Step]:
    """Yields a step for each seed. table: of `alone`; order: the places of the seeds in it."""
    # by new numbers, as verdicts take seeds in the order of theirs
    ordered = runs.iloc[order].assign(seed=range(len(order)))
    own = table["difference"].to_numpy(float)[order]
    judged = 0
    low, high, verdict = float("nan"), float("nan"), NOT_JUDGED
    for count, at in enumerate(order, 1):
        if station(count) > judged:
            judged = station(count)
            low, high, verdict = verdicts(ordered.head(judged), ()).loc[0, ["low", "high", "verdict"]]
        seed, says = int(table["seed"][at]), table["verdict"][at]
        mean = float(own[:count].mean())
        yield Step(seed, float(own[count - 1]), says, mean, judged, float(low), float(high), verdict)


_TOGETHER = {
    HELPS: N_("{seeds} together say that it helps"),
    HURTS: N_("{seeds} together say that it hurts"),
    NOT_SHOWN: N_("{seeds} together do not show a difference"),
    NOT_JUDGED: N_("{seeds} together are too few for a verdict"),
}
_ALONE = {
    HELPS: N_("Seed {seed} alone says that it helps: {points} points."),
    HURTS: N_("Seed {seed} alone says that it hurts: {points} points."),
    NOT_SHOWN: N_("Seed {seed} alone shows no difference: {points} points."),
}
_AT_STATION = {
    HELPS: N_("Verdict with {judged} seeds: it helps ({low} to {high})."),
    HURTS: N_("Verdict with {judged} seeds: it hurts ({low} to {high})."),
    NOT_SHOWN: N_("Verdict with {judged} seeds: no difference is shown ({low} to {high})."),
}
_PICKED = {
    "largest_first": N_("But they were picked because they gained most, so the interval means nothing."),
    "smallest_first": N_("But they were picked because they gained least, so the interval means nothing."),
}


def alone_sentence(single: SingleSeeds) -> str:
    """Says what one seed of several alone would have said, and how often that is something else."""
    seeds, together = len(single.alone), single.together_words
    if not single.disagreed:
        return _(
            "Any single seed would have said the same: {together}, and so does each alone.", together=together
        )
    said = _(
        "Of {seeds} seeds alone, {tally}; {together}.", seeds=seeds, tally=single.tally, together=together
    )
    opposite = sum({single.together, each} == {HELPS, HURTS} for each in single.alone)
    if opposite:
        wrong = ngettext(
            "{count} of {seeds} says the opposite.",
            "{count} of {seeds} say the opposite.",
            opposite,
            count=opposite,
            seeds=seeds,
        )
    elif {HELPS, HURTS} <= {*single.alone}:
        wrong = _("So one seed can say the opposite of another.")
    else:
        wrong = _("So {count} of {seeds} would have misled you.", count=single.disagreed, seeds=seeds)
    return f"{said} {wrong}"


def step_sentences(steps: Sequence[Step], order: str) -> list[str]:
    """Says after each step what the seeds so far say. order: of ORDERS."""
    return [_step_sentence(number, step, order, len(steps)) for number, step in enumerate(steps, 1)]


def _step_sentence(number: int, step: Step, order: str, seeds: int) -> str:
    following = next_station(number)
    not_yet = _("Not judged yet: the first verdict comes with {next} seeds.", next=following)
    if number == 1:
        return f"{_(_ALONE[step.says], seed=step.seed, points=signed(step.difference))} {not_yet}"
    words = [_("{count} seeds: {points} points.", count=number, points=signed(step.difference))]
    if not step.judged_seeds:
        words.append(not_yet)
    elif not math.isnan(step.low):
        digits = decimals({"low": step.low, "high": step.high})
        ends = {"low": signed(step.low, digits), "high": signed(step.high, digits)}
        words.append(_(_AT_STATION[step.verdict], judged=step.judged_seeds, **ends))
        if step.judged_seeds < number and following is not None:
            words.append(_("The next verdict comes with {next}.", next=following))
        if order in _PICKED and step.judged_seeds < seeds:
            words.append(_(_PICKED[order]))
    return " ".join(words)
