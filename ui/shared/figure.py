"""A figure on a page: a ready-made chart with its rows, and a way to keep it as PNG, SVG or CSV."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from kd.charts.figure_file import figure_csv, figure_png, figure_svg
from kd.charts.parts import PRESENTED_TEXT_PIXELS, TEXT_PIXELS, text_sizes, vega_lite
from kd.charts.thumbnails import card_chart, thumbnail_chart, thumbnail_rows
from kd.text.translation import _, language
from ui.shared.frame import presenting
from ui.shared.guard import guarded
from ui.shared.markup import unseen

_MOST_PRESENTED = 400  # pixels of a chart's height, beside which its page has its sentence and its controls
_NARROW_CHARACTERS, _PIXELS_A_CHARACTER = 28, 7.2  # of a title: in a line where there is little room


def computed(run_id: str, name: str, *of: Any, _compute: Callable[[], Any]) -> Any:
    """Returns what is computed of a finished run, once for a name, its arguments and a language."""
    return _computed(run_id, name, language(), *of, _compute=_compute)


@st.cache_data(max_entries=200, show_spinner=False)  # 0.1 MB each
def _computed(run_id: str, name: str, language: str, *of: Any, _compute: Callable[[], Any]) -> Any:
    return _compute()


def spec(chart: Callable[..., Any], name: str, rows: pd.DataFrame, **arguments: Any) -> dict[str, Any]:
    """Returns a chart without its rows as Vega-Lite, built once for a name, arguments and language."""
    return _spec(chart, name, language(), rows, **arguments)


@st.cache_data(max_entries=200, show_spinner=False)
def _spec(
    _chart: Callable[..., Any], name: str, language: str, _rows: pd.DataFrame, **arguments: Any
) -> dict[str, Any]:
    # one row is enough for a description, and Altair refuses more than 5,000
    return _without_rows(_chart(_rows.head(1), **arguments))


def _without_rows(chart: Any) -> dict[str, Any]:
    ready = vega_lite(chart)
    del ready["data"]
    return ready


def figure(
    name: str,
    chart: Callable[..., Any],
    rows: pd.DataFrame,
    alt: str,
    file_note: str = "",
    on_select: Callable[[], None] | None = None,
    arrow: Any = None,
    **arguments: Any,
) -> None:
    """Draws a figure, with the button that saves it in the row of its title.

    name: the widget's key, and with file_note the file's name. chart: (rows, **arguments) → Altair chart; its
    data alone depends on the rows. on_select: called after a click. arrow: the rows as an Arrow table, where
    they are kept: making one takes longer than all the rest.
    """
    ready = spec(chart, name, rows, **arguments)
    with framed(name):
        save_menu(name, lambda: (ready, rows), file_note)
        said_chart(ready, rows if arrow is None else arrow, alt, key=name, on_select=on_select or "ignore")


def framed(name: str, titled: bool = True) -> Any:
    """Returns the place of a figure and its `save_menu`: in the row of the title or, without one, above."""
    return st.container(key=f"{'figure' if titled else 'untitled'}-{name}", gap=None)


def said_chart(ready: dict[str, Any], rows: Any, words: str, **options: Any) -> None:
    """Draws a chart of `spec`, and before it, for screen readers alone, what it shows."""
    # not as the chart's own alternative: the browser builds the whole chart anew when that changes
    st.html(unseen(words))
    said = _("Chart. The sentence before it says what it shows.")
    st.vega_lite_chart({**presented(ready), "data": {"values": rows}}, alt=said, **options)


def presented(ready: dict[str, Any]) -> dict[str, Any]:
    """Returns the chart as this window shows it: larger in presenter mode, so that labels keep apart.

    Its title takes two lines where there is no room for one: Streamlit would cut it.
    """
    if isinstance(title := ready.get("title"), dict):
        times = PRESENTED_TEXT_PIXELS / TEXT_PIXELS if presenting() else 1.0
        lines = {name: _in_lines(title[name], times) for name in ("text", "subtitle") if name in title}
        ready = {**ready, "title": {**title, **lines}}
    if not presenting():
        return ready
    config = ready["config"]
    sizes = {kind: {**config[kind], **size} for kind, size in text_sizes(PRESENTED_TEXT_PIXELS).items()}
    sides = {side: ready[side] for side in ("width", "height") if not isinstance(ready.get(side, ""), str)}
    times = min(PRESENTED_TEXT_PIXELS / TEXT_PIXELS, _MOST_PRESENTED / sides.get("height", 1))
    larger = {side: round(times * pixels) for side, pixels in sides.items()}
    return {**ready, "config": {**config, **sizes}, **larger}


def _in_lines(text: str | list[str], times: float) -> str | list[str] | dict[str, str]:
    """Returns a title's words as an expression of Vega's: broken where the plot is narrower than they are."""
    lines = [text] if isinstance(text, str) else text
    narrow = [part for line in lines for part in wrap(line, _NARROW_CHARACTERS)]
    if len(narrow) == len(lines):
        return text
    room = times * _PIXELS_A_CHARACTER * max(map(len, lines))
    return {"signal": f"width < {room:.0f} ? {json.dumps(narrow)} : {json.dumps(lines)}"}


def thumbnails(
    name: str, key: str, rows: pd.DataFrame, alt: str, pick: Callable[[int], None], **arguments: Any
) -> None:
    """Draws rows of `thumbnail_rows` as one `thumbnail_chart` to save; pick gets the number of a click."""

    def clicked() -> None:
        if points := st.session_state[key].selection.picked:
            pick(int(points[0]["picture"]))

    ready = spec(thumbnail_chart, f"thumbnails-{name}", rows, **arguments)
    save_menu(name, lambda: (ready, rows))
    chart = {**presented(ready), "data": {"values": rows}}
    st.vega_lite_chart(chart, key=key, on_select=guarded(clicked), alt=alt)


def save_words() -> dict[str, Any]:
    """Returns what the button that saves a figure is called, and what its menu says."""
    return {
        "save": _("Save"),
        "help": _("This figure as a picture (PNG, SVG), or its numbers (CSV)."),
        "kinds": {
            "PNG": _("A picture for slides and documents."),
            "SVG": _("A picture that stays sharp at any size."),
            "CSV": _("The numbers, for a spreadsheet."),
        },
    }


def save_cards(
    name: str,
    pictures: np.ndarray,
    captions: Sequence[str],
    numbers: Sequence[int],
    file_note: str,
    table: pd.DataFrame,
) -> None:
    """Draws the button that saves pictures with captions, which a page shows as its own cards."""

    def contents() -> tuple[dict[str, Any], pd.DataFrame]:
        rows = thumbnail_rows(pictures, numbers, captions)
        return _without_rows(card_chart(rows)), rows

    save_menu(name, contents, file_note, table)


def save_menu(
    name: str,
    contents: Callable[[], tuple[dict[str, Any], pd.DataFrame]],
    file_note: str = "",
    table: pd.DataFrame | None = None,
) -> None:
    """Draws the button that saves a figure as PNG, SVG or CSV.

    contents: returns Vega-Lite and its rows; called in an open menu. table: numbers instead of the rows.
    """
    file_name, words = f"{name}-{file_note}" if file_note else name, save_words()
    with st.popover(
        words["save"],
        type="tertiary",
        icon=":material/download:",
        key=f"save-{name}",
        on_change="rerun",
        help=words["help"],
    ) as menu:
        if not menu.open:
            return
        ready, rows = contents()
        for kind, mime, content in (
            ("PNG", "image/png", partial(figure_png, ready, rows)),
            ("SVG", "image/svg+xml", partial(figure_svg, ready, rows)),
            ("CSV", "text/csv", partial(figure_csv, rows if table is None else table)),
        ):
            # a function: rendered when clicked, not before
            st.download_button(
                kind,
                content,
                file_name=f"{file_name}.{kind.lower()}",
                mime=mime,
                key=f"{file_name}-{kind}",
                on_click="ignore",
                help=words["kinds"][kind],
                width="stretch",
            )
