"""A closer look at a finished run: what is confused, which pictures changed, which model can be trusted."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from kd.analysis.evaluation import confusion_matrix
from kd.analysis.observations import most_frequent_confusion
from kd.charts import error_charts
from kd.charts.figure_file import figure_csv
from kd.config import RunConfig
from kd.lab import Lab
from kd.pictures.data_sets import data_set
from kd.text.chart_words import confusion_words, difference_words, reliability_words
from kd.text.translation import N_, _, numeral
from kd.text.words import MODELS, NAMES, a_picture_of, percent, times
from ui.shared import address
from ui.shared.figure import computed, figure
from ui.shared.lesson import lesson
from ui.shared.markup import literal
from ui.train.alike import look_alikes
from ui.train.changes import Logits, all_changes

PART = address.choice(
    N_("There is nothing called “{text}” to look at: use {allowed}."),
    {
        "confusions": N_("Confusions"),
        "changes": N_("Fixed and broken"),
        "trust": N_("Sure and right"),
        "alike": N_("What looks alike"),
    },
)

_THE_TEACHERS = N_(
    "A distilled student does not simply make fewer mistakes than its twin, or more: it makes different "
    "ones, often those of its teacher."
)
_DIFFERENT = N_(
    "A student does not simply make fewer mistakes than its twin, or more: it makes different ones."
)


def look_closer(lab: Lab, run_id: str) -> None:
    part = address.choose(
        _("Look at"),
        PART,
        key="errors",
        help=_(
            "Which classes are mistaken for each other, which pictures distillation fixed or broke, whether "
            "a model is right when it is sure, and which classes the teacher finds alike."
        ),
    )
    draw = {"confusions": _confusions, "changes": all_changes, "trust": _trust, "alike": look_alikes}[part]
    draw(run_id, lab.runs.view(run_id).config, lab.runs[run_id].test_logits())


def _confusions(run_id: str, config: RunConfig, logits: Logits) -> None:
    data = data_set(config.data)
    labels, classes = data.y_test, data.about.classes
    left, right = st.columns(2, gap="large")
    for place, model in zip((left, right, left), MODELS, strict=True):
        with place:
            rows = computed(
                run_id,
                "confusion",
                model,
                _compute=partial(error_charts.confusion_rows, labels, logits[model], model, classes),
            )
            figure(
                f"confusion-{model}",
                error_charts.confusion_chart,
                rows,
                alt=confusion_words(rows),
                classes=classes,
                title=_("{model}: its answers", model=_(NAMES[model])),
                subtitle=_("Percent of the true class"),
            )
    with right:
        rows = computed(
            run_id,
            "difference",
            _compute=lambda: error_charts.difference_rows(
                labels, logits["distilled"], logits["scratch"], classes
            ),
        )
        figure(
            "confusion-difference",
            error_charts.confusion_chart,
            rows,
            alt=difference_words(rows, _(NAMES["scratch"]), _(NAMES["distilled"])),
            classes=classes,
            title=_("Distilled − scratch"),
            subtitle=_("Pictures; coloured by who has more"),
        )
    true, said, often = most_frequent_confusion(labels, logits["scratch"])
    lesson(
        _("Other mistakes, not just fewer"),
        _(
            "Each row is a class, and each column what the model says it is; the diagonal is right, and has "
            "no colour. {mistakes}",
            mistakes=_(_THE_TEACHERS if config.learns_from_teacher else _DIFFERENT),
        ),
        _(
            "Scratch's most frequent mistake here is to read {true} as {said}: {scratch}. How often does its "
            "distilled twin? Guess, then find that cell in the other matrices: {distilled}.",
            true=literal(a_picture_of(classes[true])),
            said=literal(a_picture_of(classes[said])),
            scratch=times(often),
            distilled=times(int(confusion_matrix(labels, logits["distilled"])[true, said])),
        ),
        r"C_{ij} = \frac{|\{n : y_n = i,\ \arg\max_k z_{nk} = j\}|}{|\{n : y_n = i\}|}",
        _("$y_n$: the label of test picture $n$; $z_n$: the model's logits for it."),
        folded=True,
    )


def _trust(run_id: str, config: RunConfig, logits: Logits) -> None:
    labels, chart, numbers = data_set(config.data).y_test, *st.columns([1.2, 1], gap="large")
    with chart:
        rows = computed(run_id, "reliability", _compute=lambda: error_charts.reliability_rows(labels, logits))
        figure("reliability", error_charts.reliability_chart, rows, alt=reliability_words(rows))
    rows = computed(run_id, "calibration", _compute=lambda: error_charts.calibration_rows(labels, logits))
    with numbers:
        st.markdown(_("**Expected calibration error (ECE), 15 bins**"))
        found = rows.set_index(rows["role"].map(lambda model: _(NAMES[model])))
        measures = {
            _("As trained"): found["error_all"].map(percent),
            _("On half of the pictures"): found["error_before"].map(percent),
            _("Best T, from the other half"): found["temperature"].map(partial(numeral, form=".2f")),
            _("The same half at that T"): found["error_after"].map(percent),
        }
        table = pd.DataFrame(measures).T.rename_axis(index=_("Measure"), columns=None)
        st.table(table, border="horizontal", alt=_("The three models' calibration in numbers"))
        st.download_button(
            _("Save CSV"),
            lambda: figure_csv(rows),
            f"calibration-{run_id}.csv",
            "text/csv",
            on_click="ignore",
            help=_("The numbers of this table, for a spreadsheet."),
        )
    best = {row["role"]: numeral(row["temperature"], ".2f") for row in rows.to_dict("records")}
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
            "Which of the two students is the more modest, with the lower best T? Guess, then look: "
            "distilled {distilled}, scratch {scratch}.",
            distilled=best["distilled"],
            scratch=best["scratch"],
        ),
        r"\text{ECE} = \sum_{m=1}^{15} \frac{|B_m|}{n}\, \bigl|\text{acc}(B_m) - \text{conf}(B_m)\bigr|",
        _(
            "$B_m$: the pictures whose confidence lies in $((m-1)/15,\\ m/15]$. Guo, Pleiss, Sun and "
            "Weinberger (2017), *On Calibration of Modern Neural Networks*. T is found on the even-numbered "
            "test pictures and measured on the odd-numbered ones."
        ),
        folded=True,
    )
