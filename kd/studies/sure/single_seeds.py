"""What each seed of a setting says alone, what they say as they are added, and the trap of stopping early."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from kd.analysis.evaluation import mcnemar, paired_difference_interval
from kd.analysis.verdict import CONFIDENCE, verdict
from kd.studies.over_seeds import STATIONS, level, next_station, station
from kd.studies.verdicts import HELPS, HURTS, NOT_JUDGED, NOT_SHOWN, tested, verdicts
from kd.text.study_words import decimals, signed
from kd.text.translation import N_, _, ngettext, numeral
from kd.text.words import STUDENTS, listing

ORDERS = ("by_number", "largest_first", "smallest_first")
"""In which order seeds may be added: as they are numbered, or picked by what they came to."""

_CODES = {"ahead": HELPS, "behind": HURTS, "not shown": NOT_SHOWN}


@dataclass(frozen=True)
class SingleSeeds:
    """Verdicts of the seeds of one setting: of each by McNemar's test, not corrected, and of all together.

    difference: their mean, in points.
    """

    alone: tuple[str, ...]
    together: str
    difference: float

    @property
    def disagreed(self) -> int:
        """How many seeds alone say something else than all together."""
        return sum(each != self.together for each in self.alone)


def alone(runs: pd.DataFrame) -> pd.DataFrame:
    """Judges each seed of one setting by its test pictures; runs: of `kd.studies.verdicts.study_frame`.

    Returns columns seed, difference (in points), low, high (Newcombe's interval) and verdict, by seed.
    """
    models = (f"{model}_accuracy" for model in STUDENTS)
    pictures = tested(runs)
    right = np.rint(pictures[:, None] * runs[[*models]].to_numpy(float)).astype(int)
    only = runs[["only_distilled", "only_scratch"]].to_numpy(int)
    both = right - only
    neither = pictures - right[:, 0] - only[:, 1]
    rows = []
    gains = (right[:, 0] - right[:, 1]) / pictures
    for seed, gain, shared, (first, second), rest in zip(
        runs["seed"], gains, both[:, 0], only.tolist(), neither, strict=True
    ):
        low, high = paired_difference_interval(int(shared), first, second, int(rest))
        code = _CODES[verdict(low, high, mcnemar(first, second))]
        rows.append((seed, 100 * gain, 100 * low, 100 * high, code))
    columns = ["seed", "difference", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns).sort_values("seed", ignore_index=True)


def single_seeds(runs: pd.DataFrame) -> SingleSeeds:
    """Returns the verdicts of these seeds. runs: as for `alone`."""
    table = alone(runs)
    together = str(verdicts(runs, ())["verdict"].iloc[0])
    return SingleSeeds(tuple(table["verdict"]), together, float(table["difference"].mean()))


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
    last = steps[ORDERS[0]][-1]
    return AddingSeeds(SingleSeeds(tuple(table["verdict"]), last.verdict, last.difference), steps)


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


_EACH = {
    HELPS: N_("In {count} repeats the teacher helped every time."),
    HURTS: N_("In {count} repeats the teacher hurt every time."),
    NOT_SHOWN: N_("In {count} repeats, none alone shows a difference."),
}
_TOGETHER = {
    HELPS: N_("Together they show that it helps."),
    HURTS: N_("Together they show that it hurts."),
    NOT_SHOWN: N_("Too close to call."),
}
_ALONE = {
    HELPS: N_("One repeat (seed {seed}): {points} points. Alone, it says that the teacher helps."),
    HURTS: N_("One repeat (seed {seed}): {points} points. Alone, it says that the teacher hurts."),
    NOT_SHOWN: N_("One repeat (seed {seed}): {points} points. Alone, it shows no difference."),
}
_AT_STATION = {
    HELPS: N_("Verdict with {judged}: it helps (likely {low} to {high})."),
    HURTS: N_("Verdict with {judged}: it hurts (likely {low} to {high})."),
    NOT_SHOWN: N_("Verdict with {judged}: no difference is shown (likely {low} to {high})."),
}
_PICKED = {
    "largest_first": N_("But you picked the largest gains, so the interval means nothing."),
    "smallest_first": N_("But you picked the smallest gains, so the interval means nothing."),
}
_FEWEST = 3
"""With fewer repeats, their mean is said and nothing is said of wins."""


def alone_sentence(single: SingleSeeds) -> str:
    """Says what the repeats say one by one, as wins, draws and losses, and what all of them say."""
    count = len(single.alone)
    if count < _FEWEST:
        return ngettext(
            "{count} repeat: {points} points. One is an anecdote.",
            "{count} repeats: {points} points on average. Too few for a verdict.",
            count,
            points=signed(single.difference),
        )
    if len({*single.alone}) == 1:
        said = [_(_EACH[single.alone[0]], count=count)]
    else:
        said = [_("{count} repeats: {tally}.", count=count, tally=_tally(single.alone))]
    if single.together == NOT_JUDGED:
        said.append(_("A verdict comes with {next}.", next=next_station(count)))
    elif {*single.alone} != {single.together}:
        vary = len({*single.alone}) == 1 and single.together == NOT_SHOWN
        said.append(
            _("But by how much differs too widely for a verdict.") if vary else _(_TOGETHER[single.together])
        )
    return " ".join(said)


def _tally(alone: Sequence[str]) -> str:
    """Counts what repeats say alone: '3 wins, 1 draw and 1 loss'."""
    wins, draws, losses = map(alone.count, (HELPS, NOT_SHOWN, HURTS))
    parts = {
        ngettext("{count} win", "{count} wins", wins): wins,
        ngettext("{count} draw", "{count} draws", draws): draws,
        ngettext("{count} loss", "{count} losses", losses): losses,
    }
    return listing([part for part, count in parts.items() if count])


def step_sentences(steps: Sequence[Step], order: str) -> list[str]:
    """Says after each step what the repeats so far say. order: of ORDERS."""
    return [_step_sentence(number, step, order, len(steps)) for number, step in enumerate(steps, 1)]


def _step_sentence(number: int, step: Step, order: str, seeds: int) -> str:
    following = next_station(number)
    not_yet = _("The first verdict comes with {next}.", next=following)
    if number == 1:
        return f"{_(_ALONE[step.says], seed=step.seed, points=signed(step.difference))} {not_yet}"
    words = [_("{count} repeats: {points} points on average.", count=number, points=signed(step.difference))]
    if not step.judged_seeds:
        words.append(not_yet)
    elif not math.isnan(step.low):
        digits = decimals({"low": step.low, "high": step.high})
        ends = {"low": signed(step.low, digits), "high": signed(step.high, digits)}
        words.append(_(_AT_STATION[step.verdict], judged=step.judged_seeds, **ends))
        if step.judged_seeds < number and following is not None:
            words.append(_("The next comes with {next}.", next=following))
        if order in _PICKED and step.judged_seeds < seeds:
            words.append(_(_PICKED[order]))
    return " ".join(words)


MOST_SEEDS = 40

USUAL, AT_STATIONS = "usual", "stations"
"""The rules: a verdict after every seed, at 5 %; and at stations only, at their levels."""

_METHODS = 20_000


@cache
def stopping() -> pd.DataFrame:
    """Simulates how many methods without any effect are said to help or to hurt by a number of seeds.

    Differences are drawn from a normal distribution around 0; the first verdict ends a trial. Returns columns
    rule, seeds (up to MOST_SEEDS) and share (of all methods).
    """
    from scipy.special import stdtrit

    rules = {
        USUAL: dict.fromkeys(range(2, MOST_SEEDS + 1), 1 - CONFIDENCE),
        AT_STATIONS: {seeds: level(seeds) for seeds in STATIONS if seeds <= MOST_SEEDS},
    }
    rows, t_values = [], _t_values()
    for rule, levels in rules.items():
        called = np.zeros(_METHODS, bool)
        for seeds in range(1, MOST_SEEDS + 1):
            if seeds in levels:
                called |= t_values[seeds - 1] > stdtrit(seeds - 1, 1 - levels[seeds] / 2)
            rows.append((rule, seeds, float(called.mean())))
    return pd.DataFrame(rows, columns=["rule", "seeds", "share"])


def _t_values() -> np.ndarray:
    """Returns the size of Student's t of each method's first seeds (MOST_SEEDS, methods); NaN of one."""
    draws = np.random.default_rng(0).standard_normal((MOST_SEEDS, _METHODS), np.float32)
    seeds = np.arange(1, MOST_SEEDS + 1, dtype=np.float32)[:, None]
    sums, squares = draws.cumsum(axis=0), (draws**2).cumsum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.abs(sums) / np.sqrt(seeds * (squares - sums**2 / seeds) / (seeds - 1))


def stopping_sentence(rows: pd.DataFrame) -> str:
    """Says how often a method without effect is said to have one; rows: of `stopping`."""
    share = rows.set_index(["rule", "seeds"])["share"]
    return _(
        "Take 100 methods that do nothing, look after every repeat, and stop at the first difference: by 20 "
        "repeats {usual} seem to do something, by {most} repeats {later}. With the lab's verdicts: "
        "{stations}.",
        most=MOST_SEEDS,
        usual=numeral(100 * share[USUAL, 20], ".0f"),
        later=numeral(100 * share[USUAL, MOST_SEEDS], ".0f"),
        stations=numeral(100 * share[AT_STATIONS, MOST_SEEDS], ".0f"),
    )
