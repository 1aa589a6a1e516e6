"""Charts of errors and of trust: confusion matrices, their difference, look-alikes, and reliability."""

from collections.abc import Mapping, Sequence
from functools import partial

import altair as alt
import numpy as np
import pandas as pd

from kd.analysis import calibration, softening
from kd.analysis.evaluation import confusion_table
from kd.base.data_sets import ABOUT_MNIST
from kd.charts.parts import by_role, class_axis, finished, role_words, shaded
from kd.text.study_words import signed
from kd.text.translation import _, numeral, pgettext

# The share that gets the full colour: errors are rare, and would be pale on a scale that ends at 100 %.
FULL_COLOUR = 0.03
_HEIGHT = 420
DIGITS = ABOUT_MNIST.classes
# A matrix of more classes has no numbers in its cells: their tooltips have them.
_MOST_NUMBERED = 10
_PIXELS_A_CLASS, _MOST_PIXELS = 24, 640


def confusion_rows(
    labels: np.ndarray, logits: np.ndarray, model: str, classes: Sequence[str] = DIGITS
) -> pd.DataFrame:
    """Makes the cells of one model's confusion matrix, as shares of each true class. classes: their names.

    colour is the share, but 0 on the diagonal; label is the share in percent.
    """
    table = confusion_table(labels, {model: logits})
    right = table["true"] == table["predicted"]
    names = np.array(classes)
    return pd.DataFrame(
        {
            "role": model,
            "true": names[table["true"]],
            "predicted": names[table["predicted"]],
            "count": table["count"],
            "share": table["share"],
            "colour": table["share"].where(~right, 0.0),
            "label": (100 * table["share"]).map(partial(numeral, form=".1f")).where(table["count"] > 0, ""),
        }
    )


def difference_rows(
    labels: np.ndarray, distilled: np.ndarray, scratch: np.ndarray, classes: Sequence[str] = DIGITS
) -> pd.DataFrame:
    """Makes the cells of distilled minus scratch; role is the model with more in a cell."""
    first, second = (
        confusion_rows(labels, logits, model, classes)
        for model, logits in (("distilled", distilled), ("scratch", scratch))
    )
    count, share = first["count"] - second["count"], first["share"] - second["share"]
    return first.assign(
        role=np.where(count > 0, "distilled", "scratch"),
        count=count,
        share=share,
        colour=share.abs(),
        label=[signed(number, 0) if number else "" for number in count],
    )


def confusion_chart(
    rows: pd.DataFrame,
    title: str,
    subtitle: str,
    words: Mapping[str, str] | None = None,
    classes: Sequence[str] = DIGITS,
) -> alt.LayerChart:
    """Draws a confusion matrix, or the difference between two: true classes down, answers across.

    classes: their names, in order. words: what the codes in the column role are called; by default the
    models' names.
    """
    base = alt.Chart().encode(
        x=alt.X(**class_axis("predicted", classes, _("Answer"), orient="top")),
        y=alt.Y(**class_axis("true", classes, _("True class"))),
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("true:N", title=_("True class")),
            alt.Tooltip("predicted:N", title=_("Answer")),
            alt.Tooltip("count:Q", title=_("Pictures")),
            alt.Tooltip("share:Q", title=_("Share of the true class"), format=".2%"),
        ],
    )
    cells = shaded(base.mark_rect(cornerRadius=_corner(classes)), "cell").encode(
        fillOpacity=alt.FillOpacity(
            "colour:Q", scale=alt.Scale(domain=[0, FULL_COLOUR], range=[0.03, 1], clamp=True), legend=None
        ),
    )
    return finished(
        _numbered(cells, base, rows, classes),
        title,
        _height(classes, _HEIGHT),
        subtitle,
        words={"role": words or role_words()},
    )


def _numbered(
    cells: alt.Chart, base: alt.Chart, rows: pd.DataFrame, classes: Sequence[str]
) -> alt.LayerChart:
    """Returns cells with their labels, where there is room for numbers."""
    numbers = [base.mark_text().encode(text="label:N")] if len(classes) <= _MOST_NUMBERED else []
    return alt.layer(cells, *numbers, data=rows)


def _corner(classes: Sequence[str]) -> int:
    return 3 if len(classes) <= _MOST_NUMBERED else 0


def _height(classes: Sequence[str], usual: int) -> int:
    return max(usual, min(_PIXELS_A_CLASS * len(classes), _MOST_PIXELS))


def reliability_rows(labels: np.ndarray, logits: dict[str, np.ndarray]) -> pd.DataFrame:
    """Makes the reliability tables of several models, without their empty bins."""
    tables = {model: calibration.reliability_table(labels, values) for model, values in logits.items()}
    table = pd.concat(tables, names=["role"]).reset_index("role").reset_index(drop=True)
    return table[table["count"] > 0].reset_index(drop=True)


def reliability_chart(rows: pd.DataFrame) -> alt.LayerChart:
    """Draws accuracy against confidence. A model on the diagonal is right as often as it is sure."""
    scale = alt.Scale(domain=[0, 1], nice=False)
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    base = alt.Chart().encode(
        x=alt.X("confidence:Q", title=_("How sure the model is (mean of the bin)"), scale=scale, axis=axis),
        y=alt.Y("accuracy:Q", title=_("How often it is right"), scale=scale, axis=axis),
        color=by_role(),
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("confidence:Q", title=_("How sure"), format=".1%"),
            alt.Tooltip("accuracy:Q", title=_("How often right"), format=".1%"),
            alt.Tooltip("count:Q", title=_("Pictures"), format=",d"),
        ],
    )
    ideal = (
        alt.Chart()
        .mark_rule(color="#888888", aria=False)
        .encode(x=alt.datum(0), y=alt.datum(0), x2=alt.datum(1), y2=alt.datum(1))
    )
    lines = base.mark_line(strokeWidth=1.5).encode(strokeDash=by_role("strokeDash"))
    points = base.mark_point(filled=True, opacity=1).encode(
        shape=by_role("shape"),
        size=alt.Size(
            "count:Q", scale=alt.Scale(type="log", domain=[1, 10_000], range=[25, 220]), legend=None
        ),
    )
    return finished(
        alt.layer(ideal, lines, points, data=rows),
        _("Sure and right: reliability in 15 bins"),
        _HEIGHT,
        _("Below the diagonal: too sure. Larger marks: more pictures."),
        words={"role": role_words()},
    )


def calibration_rows(labels: np.ndarray, logits: dict[str, np.ndarray]) -> pd.DataFrame:
    """Makes a row of each model's `temperature_scaling`, with error_all: its ECE on all pictures."""
    rows = []
    for model, values in logits.items():
        scaling = calibration.temperature_scaling(labels, values)
        error = calibration.expected_calibration_error(labels, values)
        rows.append({"role": model, "error_all": error, **vars(scaling)})
    return pd.DataFrame(rows)


def look_alike_rows(
    labels: np.ndarray, logits: np.ndarray, temperature: float, classes: Sequence[str] = DIGITS
) -> pd.DataFrame:
    """Makes the cells of the matrix of mean soft targets; label is the probability in percent."""
    table = softening.mean_soft_targets_table(labels, logits, temperature)
    table["label"] = [_cell(p) for p in table["probability"]]
    names = np.array(classes)
    return table.assign(**{"true": names[table["true"]], "class": names[table["class"]]})


def look_alike_chart(rows: pd.DataFrame, classes: Sequence[str] = DIGITS) -> alt.LayerChart:
    """Draws the mean soft target of each true class; a click selects a cell in the parameter "cell".

    The diagonal has no colour, because it would outshine everything else.
    """
    base = alt.Chart().encode(
        x=alt.X(**class_axis("class", classes, _("Class the probability goes to"), orient="top")),
        y=alt.Y(**class_axis("true", classes, _("True class"))),
        tooltip=[
            alt.Tooltip("true:N", title=_("True class")),
            alt.Tooltip("class:N", title=pgettext("of pictures", "Class")),
            alt.Tooltip("probability:Q", title=_("Mean probability"), format=".3~%"),
            alt.Tooltip("of_wrong:N", title=_("Share among wrong classes")),
        ],
    )
    cell = alt.selection_point(name="cell", fields=["true", "class"], toggle=False)
    cells = (
        shaded(base.transform_calculate(role="'teacher'"), "cell")
        .mark_rect(cornerRadius=_corner(classes), strokeWidth=2, cursor="pointer")
        .encode(
            fillOpacity=alt.FillOpacity(
                "share_of_wrong:Q",
                scale=alt.Scale(domain=[0, 0.4], range=[0.03, 1], clamp=True),
                legend=None,
            ),
            strokeOpacity=alt.condition(cell, alt.value(1), alt.value(0), empty=False),
        )
        .add_params(cell)
    )
    # the right class has no share
    share = "isValid(datum.share_of_wrong) ? format(datum.share_of_wrong, '.1%') : '–'"
    return finished(
        _numbered(cells, base, rows, classes).transform_calculate(of_wrong=share),
        _("Which classes the teacher thinks look alike"),
        _height(classes, 500),
        _("In percent. Colour: share among wrong classes."),
    )


def _cell(probability: float) -> str:
    """Writes a probability in percent, short enough for a cell: a small one is '< 0.1', not 0."""
    if np.isnan(probability):
        return ""
    hundredths = 100 * probability
    if hundredths < 0.05:
        return f"< {numeral(0.1, '.1f')}"
    return numeral(hundredths, ".0f") if hundredths >= 9.95 else numeral(hundredths, ".1f")
