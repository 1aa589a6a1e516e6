"""The program that draws controls and figures in the browser: a page has it once, its parts wait for it."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

BROWSER = Path(__file__).parents[1] / "live" / "browser"
SCRIPTS = (
    *("maths", "words", "elements", "controls", "columns"),
    *("curves", "drawn", "tables", "answers", "scale", "seeds", "known", "epochs"),
    *("engine", "strokes", "prepare", "pen", "seen", "saved", "live"),
)
"""One program in parts, in order: a component has a single script, and nothing is built."""


def program() -> str:
    """Returns all the scripts as the one that the browser gets."""
    return "\n".join((BROWSER / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)


def place_program() -> None:
    """Puts the program on a page; a browser keeps it, as it never changes."""
    _program()(key="live-program")


@cache
def _program() -> Any:
    script = program().replace("export default", "window.kdLive ??=")
    told = "dispatchEvent(new Event('kd-live'));\nexport default () => {};"
    return st.components.v2.component("kd_live_program", js=f"{script}\n{told}", isolate_styles=False)


@cache
def part() -> Any:
    """Returns the component of a part of a page, which waits for the program."""
    return st.components.v2.component(
        "kd_live",
        html=(BROWSER / "live.html").read_text(encoding="utf-8"),
        js=(BROWSER / "part.js").read_text(encoding="utf-8"),
        isolate_styles=False,  # marks and names of the models are drawn as everywhere else
    )
