"""Charts of a loss: what the labels add to it, and each of the objective's terms."""

import math
from collections.abc import Iterable
from functools import partial
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import DASHES, ROLES, SHAPES, role_words
from kd.charts.run_charts import Event, label_start, labelled, last_epoch_of, lines_chart, share_of_a_label
from kd.distillation.objectives import OBJECTIVES, Objective
from kd.text.translation import N_, _, numeral, pgettext
from kd.text.words import sentence_case

_LOG_STEPS = [float(f"{factor}e{power}") for power in range(-9, 7) for factor in (1, 3)]
_TITLES = {
    1: N_("The distilled student's loss"),
    2: N_("The distilled student's loss, in two parts"),
    3: N_("The distilled student's loss, in three parts"),
}
_SOFT_TARGETS = OBJECTIVES["soft_targets"]
# Terms of one objective are all in the teacher's colour: dash and mark tell them apart.
_TERM_MARKS = ((DASHES[0], SHAPES[0]), ((6, 4), "triangle-down"), ((8, 3, 2, 3), "cross"))

Part = tuple[str, str]
"""A part of the loss: its code in rows, and what the objective calls it, marked for translation."""


def loss_rows(
    events: Iterable[Event], objective: Objective | float, epochs: int = 1, height: int = 320
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Makes the rows of the distilled student's loss by epoch, and the axes as arguments of `loss_lines`.

    The parts add up to the loss: the cross-entropy with the labels and each of the objective's terms, times
    the weights that the objective gives them. A part with weight 0 is left out. objective: the run's, or the
    α of soft targets. epochs: how many are planned, for the axis. height: in pixels.
    """
    if not isinstance(objective, Objective):
        objective = _SOFT_TARGETS(alpha=objective)
    events = [event for event in events if event["model"] == "distilled"]
    whole = _SOFT_TARGETS.term_labels.values()  # a term that is the teacher's whole part
    terms = [
        ("teacher", "teacher" if label in whole else name, label, objective.teacher_weight(), name)
        for name, label in objective.term_labels.items()
    ]
    terms.append(("labels", "labels", "", objective.label_weight(), "student_loss"))
    rows = [
        {
            "role": role,
            "part": part,
            "epoch": event["epoch"],
            "value": weight * event[key],
            "unweighted": event[key],
            "point": True,
        }
        for role, part, _label, weight, key in terms
        for event in events
        if weight * (event.get(key) or 0) > 0
    ]
    low, high = _decades([row["value"] for row in rows])
    names = _part_words(tuple((part, label) for _role, part, label, _weight, _key in terms)).values()
    tallest = 1 + max(label_start(name).count("\n") for name in names)
    gap = math.log10(high / low) * tallest * share_of_a_label(height)
    axes = {
        "decades": (low, high),
        "last_epoch": last_epoch_of(events, epochs),
        "parts": tuple((part, label) for _role, part, label, weight, _key in terms if weight > 0),
    }
    return labelled(rows, "part", gap, high, words=partial(numeral, form=".2g"), log=True), axes


def loss_lines(
    rows: pd.DataFrame,
    decades: tuple[float, float],
    last_epoch: int,
    parts: tuple[Part, ...],
    height: int = 320,
) -> alt.LayerChart:
    """Draws the result of `loss_rows`, on a logarithmic axis: one part is often a hundred times another."""
    several, words = len(parts) > 1, _part_words(parts)
    title = _TITLES.get(len(parts), N_("The distilled student's loss, in {count} parts"))
    codes = [part for part, _label in parts]
    terms = [code for code in codes if code != "labels"]
    marks = {code: _TERM_MARKS[at % len(_TERM_MARKS)] for at, code in enumerate(terms)}
    marks["labels"] = DASHES[ROLES.index("labels")], SHAPES[ROLES.index("labels")]
    dashes, shapes = [list(marks[code][0]) for code in codes], [marks[code][1] for code in codes]
    return lines_chart(
        rows,
        title=_(title, count=len(parts)),
        last_epoch=last_epoch,
        height=height,
        words={"part": words},
        dashes=alt.StrokeDash("part:N", scale=alt.Scale(domain=codes, range=dashes), legend=None),
        shapes=alt.Shape("part:N", scale=alt.Scale(domain=codes, range=shapes), legend=None),
        value_axis={
            "title": _("Part of the loss (log scale)") if several else _("Loss (log scale)"),
            "scale": alt.Scale(type="log", domain=list(decades), nice=False),
            "axis": alt.Axis(format="~g", values=_LOG_STEPS),
        },
        tooltip=[
            alt.Tooltip(
                "part_words:N",
                title=pgettext("whose part of a loss", "From") if words.keys() <= set(ROLES) else _("Part"),
            ),
            alt.Tooltip("epoch:Q", title=_("Epoch")),
            alt.Tooltip("value:Q", title=_("Part of the loss") if several else _("Loss"), format=".4g"),
            alt.Tooltip("unweighted:Q", title=_("Before weighting"), format=".4g"),
        ],
    )


def _part_words(parts: tuple[Part, ...]) -> dict[str, str]:
    roles = role_words()
    return {part: roles[part] if part in roles else sentence_case(_(label)) for part, label in parts}


def _decades(values: list[float]) -> tuple[float, float]:
    """Returns the ends of a logarithmic axis around the values: powers of ten, or three times one."""
    low = max(step for step in _LOG_STEPS if step <= max(min(values, default=0.1), _LOG_STEPS[0]))
    high = max(values, default=1.0)
    return low, min(step for step in _LOG_STEPS if step >= high and step > low)
