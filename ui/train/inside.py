"""What the networks are made of: layers to scale, and how a student's first filters develop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from kd.charts.making_charts import MEASURES, layer_chart, layer_rows
from kd.lab import Lab
from kd.networks.numpy_model import architecture_table, filters_over_time, first_layer
from kd.text.chart_words import filters_words, layers_words, point_name
from kd.text.translation import N_, _, numeral
from kd.text.words import NAMES, STUDENTS, called, count, listing, percent
from ui.live import views
from ui.shared import address
from ui.shared.figure import computed, figure
from ui.shared.lesson import lesson
from ui.train.playback import course, play

MEASURE = address.choice(N_("There is no measure “{text}”: use {allowed}."), MEASURES)
# Of filters as large as the picture, so many are drawn.
_PICTURES = 10


def look_inside(lab: Lab, run_id: str) -> None:
    run = lab.runs[run_id]
    models = run.models()
    roles = ("teacher", "distilled")
    table = computed(
        run_id, "architecture", _compute=lambda: architecture_table({role: models[role] for role in roles})
    )
    totals = table.groupby("model", sort=False)[list(MEASURES)].sum()
    teacher, student = totals.loc["teacher"], totals.loc["distilled"]
    verdict = _(
        "The teacher has {parameters} times as many parameters as a student and does {multiplications} "
        "times as many multiplications.",
        parameters=_ratio(teacher["parameters"], student["parameters"]),
        multiplications=_ratio(teacher["multiply_adds"], student["multiply_adds"]),
    )
    st.html(f'<p class="kd kd-verdict">{verdict}</p>')
    measure = address.choose(
        _("Measure"),
        MEASURE,
        key="measure",
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
        roles=roles,
        layers=rows.loc[rows["share"] > 0, "layer"].nunique(),
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
    kind = first_layer(models["distilled"])
    _filters(lab, run_id, kind)
    if kind == "filters":
        _lesson_of_filters(table[table["model"] == "distilled"].set_index("kind"))
    else:
        _lesson_of_pictures()


def _ratio(ours: float, theirs: float) -> str:
    ratio = ours / theirs
    return numeral(ratio, ".0f") if ratio >= 9.5 else numeral(ratio, ".2g")


def _filters(lab: Lab, run_id: str, kind: str) -> None:
    """Draws play, pause and a slider over the points, and both students' filters at the chosen one."""
    kept, models = course(lab, run_id), lab.runs[run_id].models()
    times = kept["distilled"]["times"].tolist()
    most = None if kind == "filters" else _PICTURES
    filters = computed(
        run_id,
        "filters",
        _compute=lambda: {s: filters_over_time(models[s], kept[s]["weights"], most) for s in STUDENTS},
    )
    number = models["distilled"].first_layer_filters.shape[-1]
    limit = max(float(np.abs(weights).max()) for weights in filters.values())
    classes = lab.runs.view(run_id).config.about_data.classes
    figures = [views.point_sentence([_heading(kind, number, point_name(time), classes) for time in times])]
    for s, weights in filters.items():
        words = [filters_words(s, each) for each in weights]
        view = views.filters(s, words, weights, limit, first=0 if kind == "digits" else 1)
        figures.append(views.saved(view, f"filters-{s}-point{{at}}", "half"))
    play("filters", times, figures)


def _heading(kind: str, number: int, when: str, classes: Sequence[str]) -> str:
    if kind == "filters":
        return _("The first layer's filters {when}", when=when)
    if kind == "digits":
        if classes == views.DIGITS:
            return _("What speaks for and against each digit, from 0 to 9, {when}", when=when)
        names = listing([*map(called, classes[:_PICTURES])])
        return _("What speaks for and against {classes} {when}", classes=names, when=when)
    if number > _PICTURES:
        return _(
            "What the first {shown} of {number} hidden units look for {when}",
            shown=_PICTURES,
            number=numeral(number),
            when=when,
        )
    return _("What the hidden units look for {when}", when=when)


def _lesson_of_filters(layers: pd.DataFrame) -> None:
    """Draws the lesson of a convolutional student. layers: the student's rows of the table, by kind."""
    totals = layers[["parameters", "multiply_adds"]]
    dense = (totals / totals.sum()).loc["Dense"]
    lesson(
        _("What the filters look for"),
        _(
            "A convolutional layer looks at small squares of its input through a handful of filters. "
            "Those of the first layer can be drawn as they are: green where a filter wants ink, "
            "orange-red where it wants none. Both students start from the same random filters, and only "
            "what they learn from drives them apart. Nobody tells them what to look for, and at 3 × 3 "
            "pixels they can only become edges, dots and corners."
        ),
        _(
            "Switch from parameters to multiply-adds: the dense layer has {parameters} of the student's "
            "parameters, and does {multiplications} of its multiplications. Where a network keeps what it "
            "knows is not where it spends its time.",
            parameters=percent(dense["parameters"]),
            multiplications=percent(dense["multiply_adds"]),
        ),
        r"\text{multiply-adds} = h \cdot w \cdot c_{\text{out}} \cdot k^2 \cdot c_{\text{in}} \qquad "
        r"\text{parameters} = c_{\text{out}} \, (k^2 c_{\text{in}} + 1)",
        _(
            "For a convolution with $c_{\\text{out}}$ filters of $k \\times k$ over $c_{\\text{in}}$ "
            "channels, with an output of $h \\times w$. A dense layer is one with $h = w = k = 1$."
        ),
        folded=True,
    )


def _lesson_of_pictures() -> None:
    """Draws the lesson of a student whose filters are as large as the picture."""
    lesson(
        _("What the weights look for"),
        _(
            "The first layer of these students is dense: each of its units has a weight for every pixel, "
            "so its weights can be drawn as a picture, green where it wants ink and orange-red where it "
            "wants none. Both students start from the same noise. Where no picture has any ink, as at the "
            "rim of MNIST's, it stays as it was: there is nothing to learn from."
        ),
        _(
            "Go back to the beginning and play the training: the noise gives way only where pictures have "
            "ink. A convolution finds an edge wherever it is; these weights know each place by itself, and "
            "have to learn the same edge again at every one."
        ),
        r"\text{parameters} = c_{\text{out}} \, (h w + 1) \qquad "
        r"\text{multiply-adds} = c_{\text{out}} \, h w",
        _("For a dense layer of $c_{\\text{out}}$ units over a picture of $h \\times w$ pixels."),
        folded=True,
    )
