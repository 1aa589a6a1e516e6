"""A figure as a file: PNG or SVG rendered here, offline, and its numbers as CSV."""

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from threading import Lock
from typing import Any

import altair as alt
import pandas as pd

WIDTH = 640
PIXELS_PER_UNIT = 2
SVG, PNG = "vegalite_to_svg", "vegalite_to_png"
_RENDER = """
import base64, json, sys, vl_convert
for name, arguments in json.load(sys.stdin):
    found = getattr(vl_convert, name)(**arguments)
    print(base64.b64encode(found if isinstance(found, bytes) else found.encode()).decode())
"""
_one_at_a_time = Lock()


def figure_svg(spec: dict[str, Any], rows: pd.DataFrame) -> bytes:
    """Draws Vega-Lite (of `kd.charts.parts.vega_lite`) with these rows as SVG on white."""
    return rendered([(SVG, vega(spec, rows))])[0]


def figure_png(spec: dict[str, Any], rows: pd.DataFrame) -> bytes:
    """Draws the figure as PNG on white, at twice the resolution of the screen."""
    return rendered([(PNG, {**vega(spec, rows), "scale": PIXELS_PER_UNIT})])[0]


def figure_csv(rows: pd.DataFrame) -> bytes:
    """Writes the figure's numbers as CSV, without images; a byte order mark lets spreadsheets read α."""
    return rows.drop(columns="image", errors="ignore").to_csv(index=False).encode("utf-8-sig")


def rendered(wanted: Sequence[tuple[str, dict[str, Any]]]) -> list[bytes]:
    """Renders figures: each SVG or PNG, with the arguments that `vega` returns.

    Works in a process of its own, one at a time: the JavaScript engine in it would keep up to 80 MB.
    """
    child, said = [sys.executable, "-P", "-c", _RENDER], json.dumps(wanted).encode()
    with _one_at_a_time:
        done = subprocess.run(child, input=said, stdout=subprocess.PIPE, check=True)
    return [base64.b64decode(figure) for figure in done.stdout.split()]


def vega(
    spec: dict[str, Any],
    rows: pd.DataFrame,
    width: int = WIDTH,
    theme: str = "light",
    background: str = "white",
) -> dict[str, Any]:
    """Returns what vl_convert draws: Vega-Lite with these rows, in the colours of a theme.

    width: of the plot in pixels, where the figure is as wide as its place. background: a colour or
    "transparent".
    """
    # to_json writes NaN as null, which Vega leaves out
    complete = {**spec, "data": {"values": json.loads(rows.to_json(orient="records"))}}
    complete["background"] = background
    complete["padding"] = 16
    if complete.get("width") == "container":
        complete["width"] = width
    with alt.theme.enable(f"kd_{theme}"):
        enabled: Any = alt.theme.get()
        themes, own = enabled()["config"], spec.get("config", {})
    # what the chart itself says of its axes must not take their colours away
    both = {kind: {**themes[kind], **own[kind]} for kind in themes.keys() & own.keys()}
    complete["config"] = {**themes, **own, **both, "background": background}
    version = alt.SCHEMA_VERSION.removeprefix("v").rsplit(".", 1)[0]
    # the figure carries its data: nothing may be fetched
    return {"vl_spec": complete, "vl_version": version, "allowed_base_urls": []}
