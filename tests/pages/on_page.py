"""What is on a page, as a test reads it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element


def html_of(app: AppTest) -> str:
    """All the page's own HTML, without the style sheet, and without what terms mean."""
    pieces = [element.proto.body for element in app.get("html")]
    html = "\n".join(piece for piece in pieces if not piece.startswith("<style>"))
    return re.sub(r'<button[^>]*class="kd-term"[^>]*>(.*?)</button>|<span popover.*?</span>', r"\1", html)


def warnings_of(app: AppTest) -> list[str]:
    """The page's warnings."""
    return [as_shown(element.value) for element in app.warning]


def errors_of(app: AppTest) -> list[str]:
    """The error sentences, which replace what could not be drawn."""
    return [as_shown(element.value) for element in app.error]


def as_shown(literal: str) -> str:
    """What a browser shows for text that ui.shared.markup.literal has made."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", literal).replace("\u2060", "")


def words_of_charts(app: AppTest) -> list[str]:
    """What the charts show, as a screen reader says it, in order."""
    return [unescape(words) for words in re.findall(r'<p class="kd-unseen">(.*?)</p>', html_of(app))]


def numbers_of(app: AppTest) -> list[str]:
    """The large numbers of tiles and answers, in order."""
    found = re.findall(r'<p class="kd-number">(.*?)</p>', html_of(app))
    return found


def labelled(app: AppTest) -> dict[str, Element]:
    """The page's widgets by their labels."""
    choices = [*app.selectbox, *app.button_group, *app.toggle, *app.slider, *app.select_slider]
    return {widget.label: widget for widget in (*choices, *app.number_input, *app.button)}


def chart_titles(app: AppTest) -> list[str]:
    """The titles of the charts, in order."""
    specs = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
    return [spec["title"]["text"] for spec in specs if "title" in spec]  # a strip of pictures has none


def drawn_in_the_browser(app: AppTest, channel: str, first: bool = False) -> dict[str, dict[str, Any]]:
    """The figures of a channel that the browser draws by itself: kind → data.

    Args:
        first: whether the first of each kind is meant, and not the last.
    """
    figures = [view for part in _live(app, channel) for view in part["views"]]
    return {view["kind"]: view for view in (reversed(figures) if first else figures)}


def values_of(app: AppTest, channel: str) -> dict[str, Any]:
    """What the controls of a channel begin with in the browser."""
    return next(part["values"] for part in _live(app, channel) if part["values"])


def move(app: AppTest, channel: str, **values: Any) -> AppTest:
    """Let go of controls of a channel at these values, as a browser would say it."""
    key, moves = f"live-{channel}", app.session_state[f"live-{channel}-kept"]["heard"] or 0
    app.session_state[key] = {"moved": {"at": moves + 1, "values": {**values_of(app, channel), **values}}}
    return app.run()


def _live(app: AppTest, channel: str) -> list[dict[str, Any]]:
    ours = [each.proto for each in app.get("bidi_component") if each.proto.component_name == "kd_live"]
    return [part for proto in ours if (part := json.loads(proto.json))["channel"] == channel]
