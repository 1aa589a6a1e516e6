"""The chart of what networks are made of: layers to scale."""

import altair as alt
import pandas as pd

from kd.charts.parts import by_role, finished, role_words, shaded
from kd.text.translation import N_, _
from kd.text.words import count

MEASURES = {
    "parameters": N_("Parameters"),
    "multiply_adds": N_("Multiply-adds per picture"),
    "activations": N_("Activations per picture"),
}
"""What can be drawn of a layer, still in English: `_` where it is shown."""
# The height of a layer's bars and of the chart's title, in pixels.
_LAYER_HEIGHT, _AROUND_LAYERS = 48, 70


def layer_rows(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Makes of `architecture_table` what the chart draws; share is of the largest layer of all models."""
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


def layer_chart(rows: pd.DataFrame, title: str, roles: tuple[str, ...], layers: int = 3) -> alt.LayerChart:
    """Draws each layer of each network as a bar, all to the same scale. Layers without any are left out.

    roles: the networks from the top. layers: how many layers have a bar.
    """
    base = (
        alt.Chart()
        .transform_filter("datum.share > 0")
        .encode(
            # numbered, so in alphabetical order too
            y=alt.Y("layer:N", title=None, axis=alt.Axis(ticks=False, domain=False)),
            yOffset=alt.YOffset("role:N", sort=list(roles), scale=alt.Scale(domain=list(roles))),
            # beyond the largest, there is room for the number and the name at its end
            x=alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, 1.7], nice=False)),
            tooltip=[
                alt.Tooltip("role_words:N", title=_("Model")),
                alt.Tooltip("layer:N", title=_("Layer")),
                alt.Tooltip("output:N", title=_("Output")),
                *(alt.Tooltip(f"{name}:Q", title=_(words), format=",d") for name, words in MEASURES.items()),
            ],
        )
    )
    bars = base.mark_bar(cornerRadiusEnd=2, height={"band": 0.8}).encode(color=by_role())
    numbers = (
        shaded(base, "text")
        .transform_calculate(text="datum.label + '  ' + datum.role_words")
        .mark_text(align="left", dx=5)
        .encode(text="text:N")
    )
    return finished(
        alt.layer(bars, numbers, data=rows),
        title,
        layers * _LAYER_HEIGHT + _AROUND_LAYERS,
        _("Bars are to scale"),
        words={"role": role_words()},
    )
