"""Paint the map: cells to take on the phones, the map of the class on the wall, beside the included one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from kd.charts.study_charts import FULL_COLOUR, heat_map, heat_map_axes, heat_map_rows
from kd.classes.cells import (
    Included,
    cell_words,
    few_note,
    fixed_words,
    included,
    own_sentence,
    painted,
    sentence,
)
from kd.classes.map import Map, cell_name
from kd.config import FIELDS
from kd.lab import Lab
from kd.lab.classes import Class, ClassView
from kd.store.classes import LANDED, OPEN, REVEALED, STOPPED, TRAINING
from kd.text.study_words import difference, repeats_words, signed
from kd.text.translation import _
from ui.classes import cells, training
from ui.classes.cells import Box
from ui.classes.phone import say
from ui.shared.figure import figure
from ui.shared.pieces import quiet

_HEIGHT = 250
_LONGEST_NAMES = 18
"""Characters of the names in a cell of the wall."""


@dataclass(frozen=True)
class Painted:
    """What has landed. frame: of `landed_frame`; table: of `painted`; rows: of it, by a cell's name."""

    frame: pd.DataFrame
    table: pd.DataFrame
    rows: Mapping[str, Mapping[str, Any]]


def headline(lab: Lab, room: Class, view: ClassView) -> str:
    """Says how far the map is and where the gain is largest; once revealed, also in the included study."""
    return sentence(_asked(view), _found(lab, view).table, _beside(view))


def wall(lab: Lab, room: Class, view: ClassView) -> None:
    """Draws the map of the class and, once revealed, that of the included study beside it."""
    asked, found, beside = _asked(view), _found(lab, view), _beside(view)
    values = asked.study().axes
    axes = {**heat_map_axes(values), "height": _HEIGHT}
    who = _who(view)
    rows = heat_map_rows(found.table, list(values), values)
    rows["under"] = [_cut(who[name]) for name in asked.cells]
    ours = headline(lab, room, view)
    places = st.columns(2 if beside else 1, gap="medium")
    with places[0]:
        called = _("Your class: gain in percentage points")
        figure("class-map", heat_map, rows, ours, **axes, called=called, is_named=view.names)
    if beside:
        with places[1]:
            theirs = heat_map_rows(beside.table, list(values), values)
            called = _("Included study: gain in percentage points")
            figure("included-map", heat_map, theirs, ours, **axes, called=called)
    fixed = _("Everywhere: {setting}.", setting=fixed_words(asked))
    quiet(" ".join(filter(None, [fixed, few_note(found.table)])))


def phone(lab: Lab, room: Class, view: ClassView, person: str) -> None:
    """Draws the map to tap, what is known of the cell that was touched, and the button that trains it."""
    asked, found, own = _asked(view), _found(lab, view), view.answers_of(person)
    training_now = next((each for each in own if each.status == TRAINING), None)
    key = f"class-cells-{view.place}-{view.round}"
    usual = own[-1].value if own else _suggested(view, person)
    chosen = cells.touched(key, asked.cells, usual)
    _grid(key, view, found, person, chosen)
    if training_now is not None and training_now.value == chosen:
        training.under_way(lab, training_now)
        return
    mine = next((each for each in own if each.value == chosen), None)
    say(_of_cell(view, found, chosen, person))
    if view.phase != OPEN or training_now is not None or (mine and mine.status == LANDED):
        if view.phase == OPEN:
            quiet(
                _("Your cell is still training.")
                if training_now
                else _("Touch another cell to train it, too.")
            )
        return
    others = [each for each in view.answers if each is not mine]
    label = _("Train again") if mine else _("Train this cell")
    training.train_button(lab, room, person, asked.config(chosen, 0, others), label, chosen, chosen)


def rows(lab: Lab, room: Class, view: ClassView) -> pd.DataFrame:
    """Returns a row for each answer: whose, its cell, its gain in points, and the models' accuracies."""
    found = training.saved_rows(view, _found(lab, view).frame)
    cell = pd.Series([each.value for each in view.answers], dtype=object)
    return found.assign(cell=cell)


def _grid(key: str, view: ClassView, found: Painted, person: str, chosen: str) -> None:
    asked, who = _asked(view), _who(view)
    (first, across), (second, up) = asked.study().axes.items()
    taken = {each.value for each in view.answers if each.status != STOPPED}
    own = {each.value for each in view.answers_of(person)}
    boxes = []
    for high in reversed(up):
        for value in across:
            name = cell_name({first: value, second: high})
            row = found.rows.get(name)
            gain = difference(row) if row else 0.0
            kind = ("kd-helps" if gain > 0 else "kd-hurts") if row else "kd-taken" if name in taken else ""
            boxes.append(
                Box(
                    name,
                    signed(gain, 1) if row else "…" if name in taken else "",
                    round(min(1.0, abs(gain) / FULL_COLOUR), 2),
                    _("You") if name in own else who[name] if view.names else "",
                    f"{cell_words(asked.cells[name])}. {_state(view, found, name)}",
                    f"{kind} kd-yours".strip() if name in own else kind,
                )
            )
    words = [
        [FIELDS[name].in_words(value) for value in values] for name, values in asked.study().axes.items()
    ]
    symbols = [_(FIELDS[name].label).partition(",")[0] for name in (first, second)]
    cells.cells(key, words[0], words[1][::-1], [*symbols, asked.title()], boxes, chosen)


def _of_cell(view: ClassView, found: Painted, name: str, person: str) -> str:
    """Says what is known of a cell: one's own result first."""
    cell = _asked(view).cells[name]
    landed = found.frame[(found.frame["person"] == person) & (found.frame["cell"] == name)]
    if len(landed):
        return own_sentence(cell, float(landed["gain"].iloc[0]), found.table)
    return _("{cell}: {state}", cell=cell_words(cell), state=_state(view, found, name))


def _state(view: ClassView, found: Painted, name: str) -> str:
    """Says who has taken a cell and what they found; who it is while names are shown."""
    row, who = found.rows.get(name), _who(view)[name] if view.names else ""
    if row is not None:
        points, repeats = signed(difference(row), 1), repeats_words(int(row["seeds"]))
        if who:
            return _("{points} points ({repeats}: {names}).", points=points, repeats=repeats, names=who)
        return _("{points} points ({repeats}).", points=points, repeats=repeats)
    if any(each.value == name and each.status == TRAINING for each in view.answers):
        return _("{names} is training it.", names=who) if who else _("Somebody is training it.")
    return _("Nobody has taken it yet.")


def _who(view: ClassView) -> dict[str, str]:
    """Returns for each cell those who have taken it."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in view.answers:
        if each.status != STOPPED:
            found[each.value].append(view.called(each.person))
    return defaultdict(str, {name: ", ".join(dict.fromkeys(people)) for name, people in found.items()})


def _suggested(view: ClassView, person: str) -> str:
    """Returns an empty cell, each time another person another one, so that a class spreads over the map."""
    taken = {each.value for each in view.answers}
    free = [name for name in _asked(view).cells if name not in taken] or [*_asked(view).cells]
    pupil = view.pupil(person)
    return free[(pupil.number if pupil else 0) % len(free)]


def _cut(names: str) -> str:
    return names if len(names) <= _LONGEST_NAMES else f"{names[: _LONGEST_NAMES - 1]}…"


def _asked(view: ClassView) -> Map:
    assert isinstance(view.activity, Map)
    return view.activity


def _beside(view: ClassView) -> Included | None:
    return included(_asked(view)) if view.phase == REVEALED else None


def _found(lab: Lab, view: ClassView) -> Painted:
    landed = tuple(each.number for each in view.answers if each.status == LANDED)
    return _painted(str(lab.store.home), view.code, view.created, landed, lab, view)


@st.cache_resource(max_entries=200, show_spinner=False)
def _painted(
    home: str, code: str, created: float, landed: tuple[int, ...], _lab: Lab, _view: ClassView
) -> Painted:
    """Returns what has landed, judged once for the wall and all phones."""
    asked = _asked(_view)
    axes = list(asked.study().axes)
    frame = training.landed(_lab, _view, *axes)
    table = painted(frame, asked)
    frame["cell"] = [cell_name(dict(zip(axes, values, strict=True))) for values in frame[axes].to_numpy()]
    by_name = {cell_name({axis: row[axis] for axis in axes}): row for row in table.to_dict("records")}
    return Painted(frame, table, by_name)
