"""What the networks are made of: layers to scale, and how a student's first filters develop."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from kd.charts.making_charts import MEASURES, filter_chart, filter_rows, layer_chart, layer_rows
from kd.charts.playback_charts import point_name
from kd.lab import Lab
from kd.networks.description import architecture_table, filters_over_time
from kd.text.chart_words import filters_words, layers_words
from kd.text.translation import _
from kd.text.words import NAMES, count
from ui.shared.figure import figure
from ui.shared.guard import guard
from ui.shared.lesson import lesson
from ui.train.playback import STUDENTS, player


@st.fragment
def look_inside(lab: Lab, run_id: str) -> None:
    """A folded section under a finished run; nothing is computed before it is opened."""
    with guard(), st.expander(_("What they are made of"), key="making_open", on_change="rerun") as section:
        if not section.open:
            return
        table = _architecture(lab, run_id)
        totals = table.groupby("model", sort=False)[list(MEASURES)].sum()
        teacher, student = totals.loc["teacher"], totals.loc["distilled"]
        verdict = _(
            "The teacher has {parameters} times as many parameters as a student and does {multiplications} "
            "times as many multiplications.",
            parameters=f"{teacher['parameters'] / student['parameters']:.0f}",
            multiplications=f"{teacher['multiply_adds'] / student['multiply_adds']:.0f}",
        )
        st.html(f'<p class="kd kd-verdict">{verdict}</p>')
        measure = st.segmented_control(
            _("Measure"),
            list(MEASURES),
            format_func=lambda measure: _(MEASURES[measure]),
            default="parameters",
            key="measure",
            required=True,
            help=_("What the areas show: what is learned, what is computed, or what is kept on the way."),
        )
        rows = layer_rows(table, measure)
        figure(
            "layers",
            layer_chart,
            rows,
            alt=layers_words(rows, measure, _(MEASURES[measure])),
            file_note=measure,
            title=_(MEASURES[measure]),
            roles=("teacher", "distilled"),
        )
        each = "; ".join(
            _(
                "{model} {parameters} parameters, {multiply_adds} multiply-adds, {activations} activations",
                model=_(NAMES[model]),
                **{name: count(int(total)) for name, total in row.items()},
            )
            for model, row in totals.iterrows()
        )
        st.caption(
            _("Both students have the same layers, so one is shown for both. In total: {each}.", each=each)
        )
        filters = _filters(lab, run_id)
        times = tuple(lab.snapshots(run_id)["distilled"]["times"].tolist())
        player("filters", times, lambda at: _first_filters(filters, times, at))
        lesson(
            _("What the filters look for"),
            _(
                "A convolutional layer looks at small squares of its input through a handful of filters. "
                "Those of the first layer can be drawn as they are: green where a filter wants ink, "
                "orange-red where it wants none. Both students start from the same random filters, and only "
                "the teacher drives them apart. Nobody tells them what to look for, and at 3 × 3 pixels "
                "they can only become edges, dots and corners."
            ),
            _(
                "Switch from parameters to multiply-adds: the dense layer, three quarters of the student, "
                "almost vanishes. Where a network keeps what it knows is not where it spends its time."
            ),
            r"\text{multiply-adds} = h \cdot w \cdot c_{\text{out}} \cdot k^2 \cdot c_{\text{in}} \qquad "
            r"\text{parameters} = c_{\text{out}} \, (k^2 c_{\text{in}} + 1)",
            _(
                "For a convolution with $c_{\\text{out}}$ filters of $k \\times k$ over $c_{\\text{in}}$ "
                "channels, with an output of $h \\times w$. A dense layer is one with $h = w = k = 1$."
            ),
            folded=True,
        )


def _first_filters(filters: dict[str, np.ndarray], times: tuple[float, ...], at: int) -> None:
    heading = _("The first layer's filters {when}", when=point_name(times[at]))
    st.html(f'<p class="kd">{heading}</p>')
    limit = max(float(np.abs(values).max()) for values in filters.values())
    for column, student in zip(st.columns(2, gap="large"), STUDENTS, strict=True):
        with column:
            rows = filter_rows(filters[student][at], limit, student)
            figure(
                f"filters-{student}",
                filter_chart,
                rows,
                alt=filters_words(rows),
                file_note=f"point{at + 1}",
                title=_(NAMES[student]),
                filters=filters[student].shape[-1],
            )


@st.cache_data(max_entries=50, show_spinner=False)
def _architecture(_lab: Lab, run_id: str) -> pd.DataFrame:
    models = _lab.models(run_id)
    return architecture_table({model: models[model] for model in ("teacher", "distilled")})


@st.cache_data(max_entries=20, show_spinner=False)
def _filters(_lab: Lab, run_id: str) -> dict[str, np.ndarray]:
    models, snapshots = _lab.models(run_id), _lab.snapshots(run_id)
    return {s: filters_over_time(models[s], snapshots[s]["weights"]) for s in STUDENTS}
