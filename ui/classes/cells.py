"""A map of cells: buttons on a phone, by touch and by keyboard; on the wall to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui.classes.following import component, nothing


@dataclass(frozen=True)
class Box:
    """What a cell shows: its name in an answer, its gain, 0 to 1 of the full colour, who has taken it.

    says: all of it in a sentence. kind: its classes in cells.css.
    """

    name: str
    gain: str
    share: float
    who: str
    says: str
    kind: str


def touched(key: str, names: Mapping[str, Any], usual: str) -> str:
    """Returns the name of the cell that was touched last; usual: before one was, or where it cannot be."""
    state = st.session_state.get(key)
    name = state.get("cell") if isinstance(state, Mapping) else None
    return name if isinstance(name, str) and name in names else usual


def cells(
    key: str,
    across: Sequence[str],
    up: Sequence[str],
    titles: Sequence[str],
    called: str,
    boxes: Sequence[Box],
    chosen: str | None = None,
) -> None:
    """Draws the map. boxes: by row, from its top. titles: of the axes. called: the map.

    chosen: the name of the cell that stands out; without one, there is nothing to touch.
    """
    data: dict[str, Any] = {"across": list(across), "up": list(up), "titles": [*titles, called]}
    data |= {"chosen": chosen, "cells": [asdict(each) for each in boxes]}
    shown = component(Path(__file__).with_suffix(".js"), '<table class="kd kd-tap"></table>')
    shown(key=key, data=data, on_cell_change=nothing)
