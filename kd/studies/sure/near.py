"""What the included studies say near a setting: how often single seeds disagree, and after another length."""

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from kd.config import RunConfig
from kd.studies.over_seeds import STATIONS, level
from kd.studies.shipped import differs, nearest, other_length
from kd.studies.study import SCRATCH, Study
from kd.studies.sure.single_seeds import SingleSeeds, alone_sentence, single_seeds
from kd.studies.verdicts import NOT_SHOWN, verdicts
from kd.text.study_words import (
    difference,
    leans,
    p_value_words,
    repeats_words,
    seeds_needed,
    signed,
    steps_words,
)
from kd.text.translation import N_, _, ngettext, numeral
from kd.text.verdicts import covers
from kd.text.words import listing, plain

_STATIONS_TO_NAME = 20
_SQUARED = {True: N_("T {temperature} with T²"), False: N_("T {temperature} without T²")}


def single_seeds_near(config: RunConfig) -> tuple[RunConfig, SingleSeeds] | None:
    """Returns the nearest cell of the included studies, if any, and its single seeds' verdicts."""
    found = _nearest(config)
    return None if found is None else (found[0], _at(found[0])[0])


_nearest = lru_cache(maxsize=512)(nearest)  # pages ask whenever they are drawn


@lru_cache(maxsize=512)
def _at(cell: RunConfig) -> tuple[SingleSeeds, dict[str, Any]]:
    """Returns what the seeds of a cell say, each alone and in one verdict."""
    found = _nearest(cell)
    assert found is not None  # a cell is near itself
    return single_seeds(found[1]), verdicts(found[1], ()).to_dict("records")[0]


def near_note(config: RunConfig) -> str:
    """Says what single repeats said near a setting; "" where no cell is near."""
    found = single_seeds_near(config)
    if found is None:
        return ""
    return _(
        "Nearest in the included study ({cell}): {said}",
        cell=_cell_words(found[0]),
        said=alone_sentence(found[1]),
    )


def _cell_words(cell: RunConfig) -> str:
    """Names what counts in a cell: 'Relations, 500 images, α 0.1, T 10 with T², 640 steps'."""
    parts = [_(cell.objective_class.label)] if "objective" in differs(cell) else []
    parts += [_("{count} images", count=numeral(cell.train_size)), f"α {plain(cell.alpha)}"]
    if cell.counts("temperature"):
        squared = cell.temperature_squared if cell.counts("temperature_squared") else None
        words = "T {temperature}" if squared is None else _SQUARED[squared]
        parts.append(_(words, temperature=plain(cell.temperature)))
    return ", ".join([*parts, _("{count} steps", count=numeral(cell.steps))])


def near_cells_note(configs: Iterable[RunConfig]) -> str:
    """Says how often single seeds disagreed near these settings; "" where no cell is near."""
    found = filter(None, map(single_seeds_near, configs))
    cells = {cell.run_id: single for cell, single in found}
    if not cells:
        return ""
    seeds = sum(len(single.alone) for single in cells.values())
    disagreed = sum(single.disagreed for single in cells.values())
    return ngettext(
        "At the nearest setting of the included study, {disagreed} of {seeds} single repeats said something "
        "else than all of them together.",
        "At the {count} nearest settings of the included study, {disagreed} of {seeds} single repeats said "
        "something else than all repeats of their setting together.",
        len(cells),
        disagreed=numeral(disagreed),
        seeds=numeral(seeds),
    )


def study_notes(study: Study, table: pd.DataFrame) -> list[str]:
    """Says what the verdicts of a study rest on, in a sentence each. table: its verdicts."""
    rows, notes = table.to_dict("records"), []
    tested = int(table["p"].notna().sum())
    if tested > 1:
        notes.append(
            _(
                "The verdicts hold for all {count} cells together (Holm's correction); "
                "an interval is for its cell alone.",
                count=numeral(tested),
            )
        )
    if ((table["judged_seeds"] == 0) | (table["seeds"] > table["judged_seeds"])).any():
        notes.append(
            _(
                "Verdicts are given with {stations} repeats only, each at 1 %: look more often, and you find "
                "differences where there are none.",
                stations=listing([str(each) for each in STATIONS if each <= _STATIONS_TO_NAME]),
            )
        )
    if table["low"].notna().any():
        notes.append(covers(study.base, study.axes))
    if any(map(seeds_needed, rows)):
        notes.append(
            _(
                "“Repeats to show 0.2 points” would show such a difference in four of five studies; it is a "
                "range, as a few repeats hardly tell how much others differ. +: no number may be enough."
            )
        )
    if study.seeds == 1 and study.baseline == SCRATCH:
        notes.append(near_cells_note(map(study.config, study.cells())))
    return [note for note in notes if note]


ZERO, AMONG_MANY, NOT_SURE = "zero", "among many", "not sure"
"""Why a cell shows no difference, as `why_not_shown` says it."""

_WHY = {
    ZERO: N_("Zero is in the likely range, so luck may explain it."),
    AMONG_MANY: N_(
        "Alone, this would count. Among {cells} cells, one may look so by luck: more repeats can tell."
    ),
    NOT_SURE: N_("The likely range leaves out zero, but even a cell alone needs p < {level}; here, {p}."),
}


def why_not_shown(row: Mapping[str, Any]) -> str:
    """Returns why a cell shows no difference; "" where it shows one or has none yet. row: of `verdicts`."""
    if row["verdict"] != NOT_SHOWN or math.isnan(row["low"]):
        return ""
    if not leans(row):
        return ZERO
    return AMONG_MANY if row["p"] < level(int(row["judged_seeds"])) else NOT_SURE


def why_sentence(row: Mapping[str, Any], cells: int) -> str:
    """Says why a cell shows no difference; "" as `why_not_shown`. cells: how many of the study are tested."""
    why = why_not_shown(row)
    least = numeral(level(int(row["judged_seeds"])), "g")
    return _(_WHY[why], cells=cells, level=least, p=p_value_words(row["p"])) if why else ""


_FIVE_TIMES = N_("Trained five times as long, for {steps}")
_A_FIFTH = N_("Trained a fifth as long, for {steps}")
_OTHERWISE = N_("Trained for {steps}")
_ABOUT = N_("{trained}: about {points} points here ({seeds}).")
_ABOUT_NOT_SETTLED = N_("{trained}: not settled here, about {points} points ({seeds}).")


def other_length_note(config: RunConfig) -> str:
    """Says what is known near a setting at the length that it is further from; "" where no cell is near."""
    found = _nearest(config, other_length(config))
    if found is None:
        return ""
    cell, row = found[0], _at(found[0])[1]
    factor = cell.steps / config.steps
    words = _FIVE_TIMES if 4.5 < factor < 5.5 else _A_FIFTH if 4.5 < 1 / factor < 5.5 else _OTHERWISE
    return _(
        _ABOUT_NOT_SETTLED if row["verdict"] == NOT_SHOWN else _ABOUT,
        trained=_(words, steps=steps_words([cell])),
        points=signed(difference(row), 1),
        seeds=repeats_words(int(row["seeds"])),
    )
