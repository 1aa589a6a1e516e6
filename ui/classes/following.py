"""How a page follows its class: the browser asks every second, and has it drawn again when there is news."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from kd.text.translation import _
from ui.serving import classes

SECONDS_TILL_RETURN = 86_400.0


def following(code: str, of: Literal["wall", "mine"], tag: str) -> None:
    """Draws one line that says how it stands, and has the fragment around it drawn again when there is news.

    of: which tag of `Classes.news` counts here. tag: that tag from before what is drawn here was read.
    """
    says = {
        "begins": _("Connecting…"),
        "waits": _("Connected. The class waits for your answer."),
        "watch": _("Connected. Watch the wall."),
        "lost": _("No connection. Your answer stays here until it is back."),
    }
    if of == "wall":
        says |= dict.fromkeys(("waits", "watch"), _("Connected."))
        says["lost"] = _("No connection.")
    data = {"address": classes.address(code), "of": of, "tag": tag, "says": says}
    html = '<p class="kd kd-following" role="status"></p>'
    shown = component(Path(__file__).with_suffix(".js"), html)
    shown(key="class-following", data=data, on_news_change=nothing)


def come_back() -> None:
    """Has a page drawn anew when its connection is back; place it once, outside every fragment.

    A server that was started again knows none of the page's fragments, and Streamlit asks a new server for a
    page by itself only where something on it is drawn again by the clock.
    """
    st.fragment(nothing, run_every=SECONDS_TILL_RETURN)()


@cache
def component(script: Path, html: str) -> Any:
    """Returns the component of a script, with the sheet beside it: it looks as the page does."""
    return st.components.v2.component(
        f"kd_class_{script.stem}",
        html=html,
        css=script.with_suffix(".css").read_text(encoding="utf-8"),
        js=script.read_text(encoding="utf-8"),
        isolate_styles=False,
    )


def nothing() -> None:
    """Has the part of the page around a component drawn again."""
