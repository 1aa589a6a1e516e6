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
    "helps": N_("all {seeds} together say that it helps"),
    "hurts": N_("all {seeds} together say that it hurts"),
    "not shown": N_("all {seeds} together show no difference"),
    "too few": N_("all {seeds} together cannot say how much others would differ"),
}
_ALONE = {
    "helps": N_("Seed {seed} alone: {points} points, so it helps."),
    "hurts": N_("Seed {seed} alone: {points} points, so it hurts."),
    "not shown": N_("Seed {seed} alone: {points} points, so no difference is shown."),
}
_SO_FAR = {
    "helps": N_("{count} seeds: {points} points ({low} to {high}), so it helps."),
    "hurts": N_("{count} seeds: {points} points ({low} to {high}), so it hurts."),
    "not shown": N_("{count} seeds: {points} points ({low} to {high}), so no difference is shown."),
}
_PICKED = {
    "largest_first": N_("But they were picked because they gained most, so the interval means nothing."),
    "smallest_first": N_("But they were picked because they gained least, so the interval means nothing."),
}
_NO_SPREAD = N_("One seed cannot say how much others would differ, so there is no interval yet.")
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


def step_sentence(number: int, step: Added, order: str, seeds: int) -> str:
    """What the seeds so far say.

    Args:
        number: how many they are.
        step: of the last of them.
        order: in which they were added.
        seeds: how many there are in all.
    """
    if number == 1:
        said = _(_ALONE[step.says], seed=step.seed, points=signed(step.difference))
        return f"{said} {_(_NO_SPREAD)}"
    if math.isnan(step.low):
        return _("{count} seeds: {points} points each.", count=number, points=signed(step.difference))
    digits = decimals({"low": step.low, "high": step.high})
    said = _(
        _SO_FAR[step.verdict],
        count=number,
        points=signed(step.difference, digits),
        low=signed(step.low, digits),
        high=signed(step.high, digits),
    )
    return f"{said} {_(_PICKED[order])}" if order in _PICKED and number < seeds else said


def choices_sentence(number: int, counts: Sequence[int], single: Verdicts) -> str:
    """What all choices of so many seeds would have said.

    Args:
        number: how many are chosen.
        counts: of these choices, how many say that it helps, show no difference, and say that it hurts.
        single: the verdicts of all seeds.
    """
    seeds = len(single.alone)
    if number == seeds:
        together = _together(single)
        return f"{together[:1].upper()}{together[1:]}."
    if number == 1:
        return _("Of {seeds} single seeds, {tally}.", seeds=seeds, tally=_tally(counts))
    return _(
        "Of all {ways} choices of {count} from {seeds} seeds, {tally}.",
        ways=f"{int(sum(counts)):,}",
        count=number,
        seeds=seeds,
        tally=_tally(counts),
    )


def _together(single: Verdicts) -> str:
    return _(_TOGETHER[single.together], seeds=len(single.alone))


def _tally(counts: Sequence[int]) -> str:
    """'3 say that it helps and 2 say that it hurts'. counts: of _SIDES."""
    helps, nothing, hurts = map(int, counts)
    parts = [
        ngettext("{count} says that it helps", "{count} say that it helps", helps, count=f"{helps:,}"),
        ngettext("{count} shows no difference", "{count} show no difference", nothing, count=f"{nothing:,}"),
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
