"""Charts of what networks are made of: layers to scale, and the first layer's filters."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from kd.charts.parts import AGAINST, FOR, by_role, finished, in_words, role_words
from kd.text.translation import N_, _
from kd.text.words import count

MEASURES = {
    "parameters": N_("Parameters"),
    "multiply_adds": N_("Multiply-adds per picture"),
    "activations": N_("Activations per picture"),
}
"""What can be drawn of a layer, still in English: `_` where it is shown."""
# The largest square's area in square pixels.
_LARGEST = 7_000
# Filters in a row, and the width of one with the gap after it.
_ACROSS, _STEP = 8, 4


def layer_rows(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """`kd.networks.description.architecture_table` as the chart draws it.

    Args:
        table: of models with the same kinds of layers.
        measure: a key of MEASURES.

    Returns:
        Columns role, layer ("1 Conv2D"), output, parameters, multiply_adds, activations, share (of the
        largest layer of all), label.
    """
    values = table[measure]
    return pd.DataFrame(
        {
            "role": table["model"],
            "layer": [f"{p} {kind}" for p, kind in zip(table["position"], table["kind"], strict=True)],
            "output": table["output"],
            **{name: table[name] for name in MEASURES},
            "share": values / max(values.max(), 1),
            "label": [count(int(value)) if value else "" for value in values],
        }
    )


def layer_chart(rows: pd.DataFrame, title: str, roles: tuple[str, ...], height: int = 620) -> alt.LayerChart:
    """Each layer of each network as a square; all areas are to the same scale.

    Args:
        rows: of `layer_rows`.
        title: what is measured.
        roles: the columns, as codes, from the left.
        height: in pixels, with the title.
    """
    base = alt.Chart().encode(
        # numbered, so in alphabetical order too
        y=alt.Y("layer:N", title=None, axis=alt.Axis(labelFontSize=13, ticks=False, domain=False)),
        x=alt.X(
            "role:N",
            title=None,
            sort=list(roles),
            scale=alt.Scale(domain=list(roles)),
            axis=alt.Axis(
                orient="top",
                labelExpr=in_words("datum.value", role_words()),
                labelAngle=0,
                labelFontSize=13,
                ticks=False,
                domain=False,
                grid=False,
            ),
        ),
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("layer:N", title=_("Layer")),
            alt.Tooltip("output:N", title=_("Output")),
            *(alt.Tooltip(f"{name}:Q", title=_(words), format=",d") for name, words in MEASURES.items()),
        ],
    )
    squares = (
        base.transform_filter("datum.share > 0")
        .mark_square(opacity=0.9)
        .encode(
            color=by_role(),
            size=alt.Size("share:Q", scale=alt.Scale(domain=[0, 1], range=[0, _LARGEST]), legend=None),
        )
    )
    numbers = base.mark_text(fontSize=12, align="left", dx=50).encode(text="label:N")
    return finished(
        alt.layer(squares, numbers, data=rows),
        title,
        height,
        _("Areas are to scale"),
        words={"role": role_words()},
    )


def filter_rows(filters: np.ndarray, limit: float, model: str) -> pd.DataFrame:
    """The filters of a first layer at one time, as the chart draws them.

    Args:
        filters: (height, width, 1, filters).
        limit: the weight that gets the full colour.
        model: the filters' model.

    Returns:
        Columns role, filter (from 1), row, column (in the filter, from 1), weight, sign,
        strength (0 to 1), x and y (where it is drawn).
    """
    row, column, number = np.indices((*filters.shape[:2], filters.shape[3]))
    weights = filters[:, :, 0, :].astype(np.float64)
    columns = {
        "filter": number + 1,
        "row": row + 1,
        "column": column + 1,
        "weight": weights,
        "sign": np.where(weights > 0, "positive", "negative"),
        "strength": np.minimum(np.abs(weights) / limit, 1.0),
        "x": (number % _ACROSS * _STEP + column).astype(str),
        "y": (number // _ACROSS * _STEP + row).astype(str),
    }
    return pd.DataFrame({"role": model, **{name: values.ravel() for name, values in columns.items()}})


def filter_chart(rows: pd.DataFrame, title: str, filters: int, height: int = 220) -> alt.LayerChart:
    """The filters side by side: green weights add where the picture is bright, orange-red ones subtract.

    Args:
        rows: of `filter_rows`.
        title: the name of their model.
        filters: how many there are.
        height: in pixels, with the title.
    """
    lines = -(-filters // _ACROSS)
    weights = (
        alt.Chart()
        .mark_rect()
        .encode(
            x=alt.X("x:N", axis=None, scale=alt.Scale(domain=_places(_ACROSS))),
            y=alt.Y("y:N", axis=None, scale=alt.Scale(domain=_places(lines))),
            color=alt.Color(
                "sign:N",
                scale=alt.Scale(domain=["positive", "negative"], range=[FOR, AGAINST]),
                legend=None,
            ),
            fillOpacity=alt.Opacity(
                "strength:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 1]), legend=None
            ),
            tooltip=[
                alt.Tooltip("role_words:N", title=_("Model")),
                alt.Tooltip("filter:Q", title=_("Filter")),
                alt.Tooltip("row:Q", title=_("Row")),
                alt.Tooltip("column:Q", title=_("Column")),
                alt.Tooltip("weight:Q", title=_("Weight"), format="+.3f"),
            ],
        )
    )
    return finished(alt.layer(weights, data=rows), title, height, words={"role": role_words()})


def _places(filters: int) -> list[str]:
    return [str(place) for place in range(filters * _STEP - 1)]
