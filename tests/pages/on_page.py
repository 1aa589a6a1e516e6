"""What is on a page, as a test reads it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from streamlit.testing.v1 import AppTest

from kd.config import FIELDS


def html_of(app: AppTest) -> str:
    """All the page's own HTML, without the style sheet, and without what terms mean.

    At its end is what Train's headline says while the controls have the setting of the run shown.
    """
    pieces = [element.proto.body for element in app.get("html")]
    pieces.append(escape(headline_of(app)))
    html = "\n".join(piece for piece in pieces if not piece.startswith("<style>"))
    html = re.sub(r'<span class="kd-glued">(.*?</button>[^<]*)</span>', r"\1", html)
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


def labelled(app: AppTest) -> dict[str, Any]:
    """The page's widgets, and the controls of the browser's own, by their labels."""
    choices = [*app.selectbox, *app.button_group, *app.toggle, *app.slider, *app.select_slider]
    widgets = {widget.label: widget for widget in (*choices, *app.number_input, *app.button)}
    ours = [part for part in live_parts(app) if part["controls"]]
    return widgets | {spec["label"]: Moving(app, part, spec) for part in ours for spec in part["controls"]}


def control(app: AppTest, name: str) -> Any:
    """The widget of a run's field, or None."""
    return labelled(app).get(FIELDS[name].label)


@dataclass(frozen=True)
class Moving:
    """A control of the browser's own, as a widget of AppTest."""

    app: AppTest
    part: dict[str, Any]
    spec: dict[str, Any]

    @property
    def key(self) -> str:
        return self.spec["key"]

    @property
    def value(self) -> Any:
        return _values_now(self.app, self.part["channel"])[self.key]

    @property
    def help(self) -> str:
        return self.spec["help"]

    @property
    def options(self) -> list[str]:
        return self.spec["texts"]

    @property
    def disabled(self) -> str:
        """Why it rests, or nothing."""
        return self.part["facts"]["rests"].get(self.spec["key"], "")

    def set_value(self, value: Any) -> Moving:
        let_go(self.app, self.part["channel"], **{self.spec["key"]: value})
        return self

    def run(self) -> AppTest:
        return self.app.run()


def headline_of(app: AppTest) -> str:
    """What stands above the result on Train, while the controls have the setting of the run shown."""
    heads = [view for view in drawn_in_the_browser(app, "setting").values() if view["kind"] == "headline"]
    return " ".join(f"{one['verdict'] or one['doing']} {one['note']} {one['below']}" for one in heads)


def is_own(app: AppTest) -> bool:
    """Whether the controls on Train have the setting of the run shown, so that nothing is dimmed."""
    facts = next(part["facts"] for part in _live(app, "setting") if "facts" in part)
    return facts["run"] == drawn_in_the_browser(app, "setting")["headline"]["run"]


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
    """Let go of controls of a channel at these values, and have the page drawn."""
    let_go(app, channel, **values)
    return app.run()


def let_go(app: AppTest, channel: str, **values: Any) -> None:
    """Have a browser say that controls of a channel were let go at these values."""
    key, moves = f"live-{channel}", app.session_state[f"live-{channel}-kept"]["heard"] or 0
    app.session_state[key] = {"moved": {"at": moves + 1, "values": {**_values_now(app, channel), **values}}}


def _values_now(app: AppTest, channel: str) -> dict[str, Any]:
    """What the browser shows, which may have moved since its controls were given their values."""
    return app.session_state[f"live-{channel}-kept"]["shown"]


def _live(app: AppTest, channel: str) -> list[dict[str, Any]]:
    return [part for part in live_parts(app) if part["channel"] == channel]


def live_parts(app: AppTest) -> list[dict[str, Any]]:
    """What the browser was told of its own controls and figures, part by part."""
    ours = [each.proto for each in app.get("bidi_component") if each.proto.component_name == "kd_live"]
    return [json.loads(proto.json) for proto in ours]
