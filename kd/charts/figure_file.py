"""A figure as a file: PNG or SVG rendered here, offline, and its numbers as CSV."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import pandas as pd

WIDTH = 640
PIXELS_PER_UNIT = 2


def figure_svg(spec: dict[str, Any], rows: pd.DataFrame, width: int = WIDTH) -> bytes:
    """The figure as SVG on white, in the colours of the light theme.

    Args:
        spec: Vega-Lite, as `kd.charts.run_charts.vega_lite` gives it.
        rows: its data.
        width: of the plot in pixels, where the figure is as wide as its place.
    """
    import vl_convert

    return vl_convert.vegalite_to_svg(**_complete(spec, rows, width)).encode()


def figure_png(spec: dict[str, Any], rows: pd.DataFrame, width: int = WIDTH) -> bytes:
    """The figure as PNG, with two pixels for each on the screen. Arguments as for `figure_svg`."""
    import vl_convert

    return vl_convert.vegalite_to_png(**_complete(spec, rows, width), scale=PIXELS_PER_UNIT)


def figure_csv(rows: pd.DataFrame) -> bytes:
    """The figure's numbers, without its images. A byte order mark lets spreadsheets read α and ²."""
    return rows.drop(columns="image", errors="ignore").to_csv(index=False).encode("utf-8-sig")


def _complete(spec: dict[str, Any], rows: pd.DataFrame, width: int) -> dict[str, Any]:
    # to_json writes NaN as null, which Vega leaves out
    complete = {**spec, "data": {"values": json.loads(rows.to_json(orient="records"))}}
    complete["background"] = "white"
    complete["padding"] = 16
    if complete.get("width") == "container":
        complete["width"] = width
    with alt.theme.enable("kd_light"):
        theme: Any = alt.theme.get()
        complete["config"] = {**theme()["config"], **spec.get("config", {})}
    complete["config"]["background"] = "white"
    version = alt.SCHEMA_VERSION.removeprefix("v").rsplit(".", 1)[0]
    # the figure carries its data: nothing may be fetched
    return {"vl_spec": complete, "vl_version": version, "allowed_base_urls": []}
