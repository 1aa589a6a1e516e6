"""How sure a verdict is: what single seeds say, what more of them say, and what can be told apart.

Takes what kd.studies.sure has: codes and numbers, differences in points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kd.text.study_words import decimals, signed
from kd.text.translation import N_, _, ngettext
from kd.text.words import listing, plain

_SIDES = ("helps", "not shown", "hurts")
_TOGETHER = {
    "helps": N_("{seeds} together say that it helps"),
    "hurts": N_("{seeds} together say that it hurts"),
    "not shown": N_("{seeds} together do not show a difference"),
    "not judged yet": N_("{seeds} together are too few for a verdict"),
}
_ALONE = {
    "helps": N_("Seed {seed} alone says that it helps: {points} points."),
    "hurts": N_("Seed {seed} alone says that it hurts: {points} points."),
    "not shown": N_("Seed {seed} alone shows no difference: {points} points."),
}
_AT_STATION = {
    "helps": N_("Verdict with {judged} seeds: it helps ({low} to {high})."),
    "hurts": N_("Verdict with {judged} seeds: it hurts ({low} to {high})."),
    "not shown": N_("Verdict with {judged} seeds: no difference is shown ({low} to {high})."),
}
_PICKED = {
    "largest_first": N_("But they were picked because they gained most, so the interval means nothing."),
    "smallest_first": N_("But they were picked because they gained least, so the interval means nothing."),
}
_SQUARED = {True: N_("T {temperature} with T²"), False: N_("T {temperature} without T²")}

_LEADERBOARD = {
    "helps": N_("Better than {over}: {names}."),
    "not shown": N_("Not to be told apart: {names}."),
    "hurts": N_("Worse: {names}."),
}


class Verdicts(Protocol):
    """kd.studies.sure.single_seeds.SingleSeeds."""

    @property
    def alone(self) -> tuple[str, ...]: ...

    @property
    def together(self) -> str: ...

    @property
    def judged(self) -> int: ...

    @property
    def disagreed(self) -> int: ...


class Added(Protocol):
    """kd.studies.sure.adding_seeds.Step."""

    @property
    def seed(self) -> int: ...

    @property
    def says(self) -> str: ...

    @property
    def difference(self) -> float: ...

    @property
    def judged_seeds(self) -> int: ...

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...

    @property
    def verdict(self) -> str: ...


def cell_words(cell: Mapping[str, Any]) -> str:
    """A cell of an included study: '500 images, α 0.1, T 10 with T², 640 steps'.

    Args:
        cell: of kd.studies.sure.single_seeds.cell_of.
    """
    parts = [_("{count} images", count=f"{cell['train_size']:,}"), f"α {plain(cell['alpha'])}"]
    if "temperature" in cell:
        squared = cell.get("temperature_squared")
        words = "T {temperature}" if squared is None else _SQUARED[squared]
        parts.append(_(words, temperature=plain(cell["temperature"])))
    if "steps" in cell:
        parts.append(_("{count} steps", count=f"{cell['steps']:,}"))
    if "objective" in cell:
        parts.insert(0, _(cell["objective"]))
    return ", ".join(parts)


def near_words(cell: Mapping[str, Any], single: Verdicts) -> str:
    """How often single seeds disagreed in the cell of an included study that is nearest to a setting.

    Args:
        cell: as for `cell_words`.
        single: the verdicts there.
    """
    where, seeds, disagreed = cell_words(cell), len(single.alone), single.disagreed
    together = _together(single)
    if not disagreed:
        return _(
            "At the nearest setting of the included study ({cell}), no single seed disagreed: {together}, "
            "and so does each alone.",
            cell=where,
            together=together,
        )
    return ngettext(
        "At the nearest setting of the included study ({cell}), {count} of {seeds} single seeds disagreed: "
        "{together}, but alone, {tally}.",
        "At the nearest setting of the included study ({cell}), {count} of {seeds} single seeds disagreed: "
        "{together}, but alone, {tally}.",
        disagreed,
        cell=where,
        count=disagreed,
        seeds=seeds,
        together=together,
        tally=_tally([single.alone.count(side) for side in _SIDES]),
    )


def near_cells_words(singles: Sequence[Verdicts]) -> str:
    """How often single seeds disagreed in several cells of an included study.

    Args:
        singles: the verdicts in each, one cell at least.
    """
    seeds = sum(len(single.alone) for single in singles)
    disagreed = sum(single.disagreed for single in singles)
    return ngettext(
        "At the nearest setting of the included study, {disagreed} of {seeds} single seeds said something "
        "else than all seeds together.",
        "At the {count} nearest settings of the included study, {disagreed} of {seeds} single seeds said "
        "something else than all seeds of their setting together.",
        len(singles),
        count=f"{len(singles):,}",
        disagreed=f"{disagreed:,}",
        seeds=f"{seeds:,}",
    )


def alone_sentence(single: Verdicts) -> str:
    """What one seed alone would have said, and how often that would have been something else.

    Args:
        single: the verdicts of two seeds at least.
    """
    seeds, together = len(single.alone), _together(single)
    if not single.disagreed:
        return _(
            "Any single seed would have said the same: {together}, and so does each alone.", together=together
        )
    tally = _tally([single.alone.count(side) for side in _SIDES])
    said = _("Of {seeds} seeds alone, {tally}; {together}.", seeds=seeds, tally=tally, together=together)
    opposite = sum({single.together, each} == {"helps", "hurts"} for each in single.alone)
    if opposite:
        wrong = ngettext(
            "{count} of {seeds} says the opposite.",
            "{count} of {seeds} say the opposite.",
            opposite,
            count=opposite,
            seeds=seeds,
        )
    elif {"helps", "hurts"} <= {*single.alone}:
        wrong = _("So one seed can say the opposite of another.")
    else:
        wrong = _("So {count} of {seeds} would have misled you.", count=single.disagreed, seeds=seeds)
    return f"{said} {wrong}"


def step_sentence(number: int, step: Added, order: str, seeds: int, next_seeds: int | None) -> str:
    """What the seeds so far say.

    Args:
        number: how many they are.
        step: of the last of them.
        order: in which they were added.
        seeds: how many there are in all.
        next_seeds: with how many the next verdict comes.
    """
    if number == 1:
        said = _(_ALONE[step.says], seed=step.seed, points=signed(step.difference))
        first = _("Not judged yet: the first verdict comes with {next} seeds.", next=next_seeds)
        return f"{said} {first}"
    words = [_("{count} seeds: {points} points.", count=number, points=signed(step.difference))]
    if not step.judged_seeds:
        words.append(_("Not judged yet: the first verdict comes with {next} seeds.", next=next_seeds))
    elif not math.isnan(step.low):
        digits = decimals({"low": step.low, "high": step.high})
        ends = {end: signed(getattr(step, end), digits) for end in ("low", "high")}
        words.append(_(_AT_STATION[step.verdict], judged=step.judged_seeds, **ends))
        if step.judged_seeds < number and next_seeds is not None:
            words.append(_("The next verdict comes with {next}.", next=next_seeds))
        if order in _PICKED and step.judged_seeds < seeds:
            words.append(_(_PICKED[order]))
    return " ".join(words)


def stopping_sentence(every: int, most: int, usual: float, stations: float) -> str:
    """How often a method without effect is said to have one.

    Args:
        every, most: after how many seeds one looks again, and up to how many.
        usual, stations: shares of all methods, with a verdict at every look and with verdicts at stations.
    """
    return ngettext(
        "Look after every seed, up to {most}, and stop at the first verdict: of 100 methods that do nothing, "
        "{usual} are said to help or to hurt. With verdicts at stations only, {stations}.",
        "Look after every {count} seeds, up to {most}, and stop at the first verdict: of 100 methods that do "
        "nothing, {usual} are said to help or to hurt. With verdicts at stations only, {stations}.",
        every,
        count=every,
        most=most,
        usual=_of_hundred(usual),
        stations=_of_hundred(stations),
    )


def _of_hundred(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.095 or share == 0 else f"{100 * share:.1f}"


def _together(single: Verdicts) -> str:
    count, judged = len(single.alone), single.judged
    seeds = _("all {count}", count=count) if judged in (0, count) else _("the first {count}", count=judged)
    return _(_TOGETHER[single.together], seeds=seeds)


def _tally(counts: Sequence[int]) -> str:
    """'3 say that it helps and 2 say that it hurts'. counts: of _SIDES."""
    helps, nothing, hurts = map(int, counts)
    parts = [
        ngettext("{count} says that it helps", "{count} say that it helps", helps, count=f"{helps:,}"),
        ngettext("{count} shows neither", "{count} show neither", nothing, count=f"{nothing:,}"),
        ngettext("{count} says that it hurts", "{count} say that it hurts", hurts, count=f"{hurts:,}"),
    ]
    return listing([part for part, count in zip(parts, (helps, nothing, hurts), strict=True) if count])


def leaderboard_sentence(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], over: str) -> str:
    """Which objectives are really better than what they are compared with, and which cannot be told apart.

    Args:
        rows: of kd.studies.sure.leaderboard.leaderboard, the best first.
        names: objective → what it is called.
        over: what they are compared with.
    """
    sentences = []
    for code in _SIDES:
        found = [row for row in rows if row["verdict"] == code]
        each = [f"{names[row['objective']]} ({signed(row['difference'], 1)})" for row in found]
        if each:
            sentences.append(_(_LEADERBOARD[code], over=over, names=listing(each)))
    return " ".join(sentences)
