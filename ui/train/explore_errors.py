"""A closer look at a finished run: what is confused, which pictures changed, which model can be trusted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis.observations import confusions, most_frequent_confusion
from kd.charts import error_charts
from kd.charts.figure_file import figure_csv
from kd.config import RunConfig
from kd.lab import Lab
from kd.pictures.mnist import load_mnist
from kd.text.chart_words import confusion_words, difference_words, reliability_words
from kd.text.translation import N_, _
from kd.text.words import MODELS, NAMES, a_digit, percent, times
from ui.shared.figure import figure
from ui.shared.guard import guard
from ui.shared.lesson import lesson
from ui.train.changes import all_changes

PARTS = {
    "confusions": N_("Confusions"),
    "changes": N_("Fixed and broken"),
    "trust": N_("Sure and right"),
}

_THE_TEACHERS = N_(
    "Each row is a digit, and each column what the model says it is; the diagonal is right, and has no "
    "colour. A distilled student does not simply make fewer mistakes than its twin, or more: it makes "
    "different ones, often those of its teacher."
)
_DIFFERENT = N_(
    "Each row is a digit, and each column what the model says it is; the diagonal is right, and has no "
    "colour. A student does not simply make fewer mistakes than its twin, or more: it makes different ones."
)
_TWIN_WITH_SAME_LABELS = N_(
    "In this run, scratch's most frequent mistake is to read {true} as {said}: {scratch}. Guess how often "
    "its distilled twin does, with the same labels and the same size, then find that cell in the other "
    "matrices: {distilled}."
)
_TWIN = N_(
    "In this run, scratch's most frequent mistake is to read {true} as {said}: {scratch}. Guess how often "
    "its distilled twin of the same size does, then find that cell in the other matrices: {distilled}."
)
_TAUGHT_DOUBT = N_(
    "Soft targets teach doubt, so the distilled student should be the more modest of the two: its best T "
    "should be the lower one. Is it? Here it is {distilled}, and for scratch {scratch}."
)
_MORE_MODEST = N_(
    "Which of the two students is the more modest, with the lower best T? Guess, then look: here it is "
    "{distilled} for the distilled one, and {scratch} for scratch."
)


def _same_labels(config: RunConfig) -> bool:
    """Whether both students have the same labels: without α the distilled one has none."""
    return config.alpha > 0 and config.baseline == "labels"


def look_closer(lab: Lab, run_id: str) -> None:
    """A tab of a finished run."""
    with guard():
        logits = lab.runs[run_id].test_logits()
        part = st.segmented_control(
            _("Look at"),
            list(PARTS),
            format_func=lambda part: _(PARTS[part]),
            default="confusions",
            key="errors",
            required=True,
            help=_(
                "Which digits are mistaken for each other, which pictures distillation fixed or broke, and "
                "whether a model is right when it is sure."
            ),
        )
        draw = {"confusions": _confusions, "changes": all_changes, "trust": _trust}[part]
        draw(run_id, lab.runs.view(run_id).config, logits)


def _confusions(run_id: str, config: RunConfig, logits: dict[str, np.ndarray]) -> None:
    left, right = st.columns(2, gap="large")
    for place, model in zip((left, right, left), MODELS, strict=True):
        with place:
            rows = _confusion(run_id, model, logits[model])
            figure(
                f"confusion-{model}",
                error_charts.confusion_chart,
                rows,
                alt=confusion_words(rows),
                title=_("{model}: its answers", model=_(NAMES[model])),
                subtitle=_("Percent of the true class"),
            )
    with right:
        rows = _difference(run_id, logits["distilled"], logits["scratch"])
        figure(
            "confusion-difference",
            error_charts.confusion_chart,
            rows,
            alt=difference_words(rows),
            title=_("Distilled − scratch"),
            subtitle=_("Pictures; coloured by who has more"),
        )
    true, said, scratch, distilled = _confused(run_id, logits)
    lesson(
        _("Other mistakes, not just fewer"),
        _(_THE_TEACHERS if config.learns_from_teacher else _DIFFERENT),
        _(
            _TWIN_WITH_SAME_LABELS if _same_labels(config) else _TWIN,
            true=a_digit(true),
            said=a_digit(said),
            scratch=times(scratch),
            distilled=times(distilled),
        ),
        r"C_{ij} = \frac{|\{n : y_n = i,\ \arg\max_k z_{nk} = j\}|}{|\{n : y_n = i\}|}",
        _("$y_n$: the label of test picture $n$; $z_n$: the model's logits for it."),
        folded=True,
    )


def _trust(run_id: str, config: RunConfig, logits: dict[str, np.ndarray]) -> None:
    chart, numbers = st.columns([1.2, 1], gap="large")
    with chart:
        rows = _reliability(run_id, logits)
        figure(
            "reliability",
            error_charts.reliability_chart,
            rows,
            alt=reliability_words(rows),
        )
    rows = _calibration(run_id, logits)
    with numbers:
        st.markdown(_("**Expected calibration error (ECE), 15 bins**"))
        measures = [
            _("As trained"),
            _("On half of the pictures"),
            _("Best T, from the other half"),
            _("The same half at that T"),
        ]
        columns = {}
        for row in rows.to_dict("records"):
            columns[_(NAMES[row["role"]])] = [
                percent(row["error_all"]),
                percent(row["error_before"]),
                f"{row['temperature']:.2f}",
                percent(row["error_after"]),
            ]
        table = pd.DataFrame(columns, index=pd.Index(measures, name=_("Measure")))
        st.table(table, border="horizontal", alt=_("The three models' calibration in numbers"))
        st.download_button(
            _("Save CSV"),
            lambda: figure_csv(rows),
            f"calibration-{run_id}.csv",
            "text/csv",
            on_click="ignore",
            help=_("The numbers of this table, for a spreadsheet."),
        )
    objective = config.objective_class
    best = dict(zip(rows["role"], rows["temperature"], strict=True))
    lesson(
        _("Does sure mean right?"),
        _(
            "A model that says “90 %” should be right nine times out of ten. The diagram sorts the test "
            "pictures into 15 bins by how sure the model is, and shows how often it was right in each; ECE "
            "is the mean distance from the diagonal. Temperature scaling divides the logits by the one "
            "number that corrects this best: above 1 the model was too sure, below 1 not sure enough. It "
            "changes no answer."
        ),
        _(
            _TAUGHT_DOUBT if config.learns_from_teacher and objective.uses_temperature else _MORE_MODEST,
            distilled=f"{best['distilled']:.2f}",
            scratch=f"{best['scratch']:.2f}",
        ),
        r"\text{ECE} = \sum_{m=1}^{15} \frac{|B_m|}{n}\, \bigl|\text{acc}(B_m) - \text{conf}(B_m)\bigr|",
        _(
            "$B_m$: the pictures whose confidence lies in $((m-1)/15,\\ m/15]$. Guo, Pleiss, Sun and "
            "Weinberger (2017), *On Calibration of Modern Neural Networks*. T is found on the even-numbered "
            "test pictures and measured on the odd-numbered ones."
        ),
        folded=True,
    )


@st.cache_data(max_entries=20, show_spinner=False)
def _confused(run_id: str, _logits: dict[str, np.ndarray]) -> tuple[int, int, int, int]:
    """What scratch confuses most: true class, what it says, how often, and how often distilled does."""
    labels = load_mnist().y_test
    true, said, often = most_frequent_confusion(labels, _logits["scratch"])
    return true, said, often, confusions(labels, _logits["distilled"], true, said)


@st.cache_data(max_entries=60, show_spinner=False)
def _confusion(run_id: str, model: str, _logits: np.ndarray) -> pd.DataFrame:
    return error_charts.confusion_rows(load_mnist().y_test, _logits, model)


@st.cache_data(max_entries=20, show_spinner=False)
def _difference(run_id: str, _distilled: np.ndarray, _scratch: np.ndarray) -> pd.DataFrame:
    return error_charts.difference_rows(load_mnist().y_test, _distilled, _scratch)


@st.cache_data(max_entries=20, show_spinner=False)
def _reliability(run_id: str, _logits: dict[str, np.ndarray]) -> pd.DataFrame:
    return error_charts.reliability_rows(load_mnist().y_test, {model: _logits[model] for model in MODELS})


@st.cache_data(max_entries=20, show_spinner=False)
def _calibration(run_id: str, _logits: dict[str, np.ndarray]) -> pd.DataFrame:
    return error_charts.calibration_rows(load_mnist().y_test, {model: _logits[model] for model in MODELS})
