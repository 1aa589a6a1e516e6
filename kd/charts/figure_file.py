"""A figure as a file: PNG or SVG rendered here, offline, and its numbers as CSV."""

import json
from typing import Any

import altair as alt
import pandas as pd

WIDTH = 640
PIXELS_PER_UNIT = 2


def figure_svg(
    spec: dict[str, Any],
    rows: pd.DataFrame,
    width: int = WIDTH,
    theme: str = "light",
    background: str = "white",
) -> bytes:
    """Draws Vega-Lite (of `kd.charts.parts.vega_lite`) with these rows as SVG.

    width: of the plot in pixels, where the figure is as wide as its place. background: a colour or
    "transparent".
    """
    import vl_convert

    return vl_convert.vegalite_to_svg(**_complete(spec, rows, width, theme, background)).encode()


def figure_png(spec: dict[str, Any], rows: pd.DataFrame, width: int = WIDTH) -> bytes:
    """Draws the figure as PNG on white, at twice the resolution of the screen."""
    import vl_convert

    return vl_convert.vegalite_to_png(**_complete(spec, rows, width), scale=PIXELS_PER_UNIT)


def figure_csv(rows: pd.DataFrame) -> bytes:
    """Writes the figure's numbers as CSV, without images; a byte order mark lets spreadsheets read α."""
    return rows.drop(columns="image", errors="ignore").to_csv(index=False).encode("utf-8-sig")


def _complete(
    spec: dict[str, Any], rows: pd.DataFrame, width: int, theme: str = "light", background: str = "white"
) -> dict[str, Any]:
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
