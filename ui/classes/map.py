"""Paint the map: cells to take on the phones, the map of the class on the wall, beside the included one."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd
import streamlit as st

from kd.charts.study_charts import FULL_COLOUR, heat_map, heat_map_axes, heat_map_rows
from kd.classes.cells import (
    Included,
    by_cell,
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
from kd.studies.verdicts import NOT_JUDGED, NOT_SHOWN
from kd.text.study_words import difference, leans, repeats_words, signed
from kd.text.translation import N_, _
from ui.classes import cells, training
from ui.classes.cells import Box
from ui.classes.phone import say
from ui.shared.figure import framed, save_menu, spec
from ui.shared.pieces import quiet

_STRIDE = 7
"""From the cell that is suggested to one to the next one's: all cells have their turn."""
_SHORT = {"alpha": N_("α"), "train_size": N_("images"), "temperature": N_("T")}

Rows = Mapping[str, Mapping[str, Any]]
"""Rows of a table of verdicts by the names of their cells."""


@dataclass(frozen=True)
class Painted:
    """What has landed. frame: of `landed_frame`; table: of `painted`; rows: of it, by a cell's name."""

    frame: pd.DataFrame
    table: pd.DataFrame
    rows: Rows


def headline(lab: Lab, room: Class, view: ClassView) -> str:
    """Says how far the map is and where the gain is largest; once revealed, also in the included study."""
    return sentence(_asked(view), _found(lab, view).table, _beside(view))


def wall(lab: Lab, room: Class, view: ClassView) -> None:
    """Draws the map of the class and, once revealed, that of the included study beside it."""
    asked, found, beside = _asked(view), _found(lab, view), _beside(view)
    places = st.columns(2 if beside else 1, gap="medium")
    with places[0]:
        # beside another map there is no room for names
        who = {} if beside else _who(view)
        boxes = _boxes(asked, found.rows, who, _in_training(view))
        _saved("class-map", _("Your class: gain in points"), asked, found.table, boxes)
    if beside:
        with places[1]:
            theirs = _boxes(asked, by_cell(beside.table, [*asked.study().axes]), {}, frozenset())
            _saved("included-map", _("Included study: gain in points"), asked, beside.table, theirs)
    ours = fixed_words(asked, {})
    said = [training.still_words(view), _("Everywhere: {setting}.", setting=ours), few_note(found.table)]
    if beside and (fixed := fixed_words(asked, beside.fixed)) != ours:
        said.append(_("In the included study: {setting}.", setting=fixed))
    if beside or (found.table["verdict"] == NOT_SHOWN).any():
        said.append(_("Hatched: no difference shown. Half: not settled."))
    quiet(" ".join(filter(None, said)))


def phone(lab: Lab, room: Class, view: ClassView, person: str) -> None:
    """Draws the map to tap, what is known of the cell that was touched, and the button that trains it."""
    asked, found, own = _asked(view), _found(lab, view), view.answers_of(person)
    training_now = next((each for each in own if each.status == TRAINING), None)
    key = f"class-cells-{view.place}-{view.round}"
    usual = own[-1].value if own else _suggested(view, person)
    chosen = cells.touched(key, asked.cells, usual)
    boxes = _boxes(
        asked,
        found.rows,
        _who(view),
        _in_training(view),
        {each.value for each in own if each.status != STOPPED},
    )
    cells.cells(key, *_axes(asked), asked.title(), boxes, chosen)
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
    training.train_button(lab, room, person, asked.config(chosen, 0, others), label, chosen)


def _saved(name: str, called: str, asked: Map, table: pd.DataFrame, boxes: list[Box]) -> None:
    """Draws a map of the wall, with the button that saves it as Sweep draws it."""
    values = asked.study().axes

    def contents() -> tuple[dict[str, Any], pd.DataFrame]:
        rows = heat_map_rows(table, list(values), values)
        return spec(heat_map, name, rows, **heat_map_axes(values)), rows

    with framed(name):
        save_menu(name, contents)
        cells.cells(f"{name}-cells", *_axes(asked), called, boxes)


def _axes(asked: Map) -> tuple[list[str], list[str], list[str]]:
    """Returns the values across and from the top down, in words, and what the axes are called in short."""
    axes = asked.study().axes
    across, up = ([FIELDS[name].in_words(value) for value in values] for name, values in axes.items())
    return across, up[::-1], [_(_SHORT[name]) for name in axes]


def _boxes(
    asked: Map, rows: Rows, who: Mapping[str, str], training_now: Set[str], own: Set[str] | None = None
) -> list[Box]:
    """Returns what the cells show, by row from the top.

    who: who has taken which cell, as far as names are shown. own: one's own cells, on a phone, where there
    is no room for doubts.
    """
    (first, across), (second, up) = asked.study().axes.items()
    boxes = []
    for high, value in product(reversed(up), across):
        name = cell_name({first: value, second: high})
        row, state = rows.get(name), _state(rows.get(name), who.get(name, ""), name in training_now)
        gain = difference(row) if row else 0.0
        unsure = " ?" if row and row["verdict"] == NOT_JUDGED and own is None else ""
        is_free = not row and name not in training_now
        kinds = [("kd-helps" if gain > 0 else "kd-hurts") if row else "kd-free" if is_free else ""]
        kinds += ["kd-taken"] if name in training_now else []
        kinds += ["kd-hatched"] if row and row["verdict"] == NOT_SHOWN else []
        kinds += ["kd-half"] if row and leans(row) else []
        kinds += ["kd-yours"] if name in (own or ()) else []
        boxes.append(
            Box(
                name,
                f"{signed(gain, 1)}{unsure}" if row else "" if is_free else "…",
                round(min(1.0, abs(gain) / FULL_COLOUR), 2),
                _("free") if is_free else _("you") if name in (own or ()) else who.get(name, ""),
                _("{cell}: {state}", cell=cell_words(asked.cells[name]), state=state),
                " ".join(kinds),
            )
        )
    return boxes


def _of_cell(view: ClassView, found: Painted, name: str, person: str) -> str:
    """Says what is known of a cell: one's own result first."""
    cell = _asked(view).cells[name]
    landed = found.frame[(found.frame["person"] == person) & (found.frame["cell"] == name)]
    if len(landed):
        return own_sentence(cell, float(landed["gain"].iloc[0]), found.table)
    state = _state(found.rows.get(name), _who(view).get(name, ""), name in _in_training(view))
    return _("{cell}: {state}", cell=cell_words(cell), state=state)


def _state(row: Mapping[str, Any] | None, who: str, is_training: bool) -> str:
    """Says who has taken a cell, and what they found. row: of the table; who: "" while names are hidden."""
    if row is not None:
        points, repeats = signed(difference(row), 1), repeats_words(int(row["seeds"]))
        if who:
            return _("{points} points ({repeats}: {names}).", points=points, repeats=repeats, names=who)
        return _("{points} points ({repeats}).", points=points, repeats=repeats)
    if is_training:
        return _("{names} is training it.", names=who) if who else _("somebody is training it.")
    return _("free: nobody has taken it yet.")


def _who(view: ClassView) -> dict[str, str]:
    """Returns for each cell those who have taken it; nothing while names are hidden."""
    found: dict[str, dict[str, None]] = {}
    for each in view.answers if view.names else ():
        if each.status != STOPPED:
            found.setdefault(each.value, {})[view.called(each.person)] = None
    return {name: ", ".join(people) for name, people in found.items()}


def _in_training(view: ClassView) -> set[str]:
    return {each.value for each in view.answers if each.status == TRAINING}


def _suggested(view: ClassView, person: str) -> str:
    """Returns an empty cell, each time another person another one, so that a class spreads over the map."""
    taken, names, pupil = {each.value for each in view.answers}, [*_asked(view).cells], view.pupil(person)
    first = _STRIDE * (pupil.number if pupil else 0) % len(names)
    in_turn = names[first:] + names[:first]
    return next((name for name in in_turn if name not in taken), in_turn[0])


def _asked(view: ClassView) -> Map:
    assert isinstance(view.activity, Map)
    return view.activity


def _beside(view: ClassView) -> Included | None:
    return included(_asked(view)) if view.phase == REVEALED else None


def _found(lab: Lab, view: ClassView) -> Painted:
    asked = _asked(view)
    axes = list(asked.study().axes)

    def of(frame: pd.DataFrame) -> Painted:
        table = painted(frame, asked)
        frame["cell"] = [cell_name(dict(zip(axes, values, strict=True))) for values in frame[axes].to_numpy()]
        return Painted(frame, table, by_cell(table, axes))

    return training.landed(lab, view, of, *axes)
