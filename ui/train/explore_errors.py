"""A closer look at a finished run: what is confused, which pictures changed, which model can be trusted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis.fixed_and_broken import fixed_and_broken
from kd.analysis.observations import confusions, most_frequent_confusion, teacher_right_on
from kd.charts import error_charts
from kd.charts.figure_file import figure_csv
from kd.config import RunConfig
from kd.lab import Lab
from kd.pictures.mnist import load_mnist, to_model_input
from kd.text.chart_words import confusion_words, difference_words, reliability_words
from kd.text.translation import N_, _
from kd.text.words import MODELS, NAMES, a_digit, percent, times
from ui.shared.figure import figure, save_cards
from ui.shared.guard import guard
from ui.shared.lesson import lesson
from ui.shared.markup import pixels, role

A_PAGE = 12
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
_DID_IT_BELIEVE = N_(
    "Did the student break these pictures because it believed a teacher that was wrong? Guess, then go "
    "through the broken ones and read the teacher's answers. In this run the teacher was right on {right} of "
    "the {broken}."
)
_TEACHER_KNEW = N_(
    "The distilled student did not learn from this teacher. Would the teacher have known better? Guess, then "
    "go through the broken ones and read its answers. It was right on {right} of the {broken}."
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


@st.fragment
def look_closer(lab: Lab, run_id: str) -> None:
    """A folded section under a finished run; nothing is computed before it is opened."""
    with (
        guard(),
        st.expander(_("Look closer at the errors"), key="errors_open", on_change="rerun") as section,
    ):
        if not section.open:
            return
        logits = lab.test_logits(run_id)
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
        draw = {"confusions": _confusions, "changes": _fixed_and_broken, "trust": _trust}[part]
        draw(run_id, lab.watch(run_id).config, logits)


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
            subtitle=_("More or fewer pictures. The colour shows which model has more."),
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


def _fixed_and_broken(run_id: str, config: RunConfig, logits: dict[str, np.ndarray]) -> None:
    table = _changes(run_id, logits)
    counts = table["change"].value_counts()
    fixed, broken = int(counts.get("fixed", 0)), int(counts.get("broken", 0))
    verdict = _(
        "Of the 10,000 test pictures, distillation fixed {fixed} and broke {broken}.",
        fixed=fixed,
        broken=broken,
    )
    st.html(f'<p class="kd kd-verdict">{verdict}</p>')
    teacher_right = teacher_right_on(table[table["change"] == "broken"])
    words = {"fixed": _("Fixed: {count}", count=fixed), "broken": _("Broken: {count}", count=broken)}
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    change = left.segmented_control(
        _("Show"),
        list(words),
        format_func=words.get,
        default="fixed",
        key="change",
        required=True,
        help=_("Fixed: only the distilled student is right. Broken: only scratch is."),
    )
    chosen = table[table["change"] == change]
    pages = max(1, -(-len(chosen) // A_PAGE))
    page = right.number_input(
        _("Page (of {pages})", pages=pages),
        1,
        pages,
        key=f"errors_page_{change}",
        help=_("Twelve pictures per page."),
    )
    rows = chosen.iloc[(page - 1) * A_PAGE : page * A_PAGE]
    st.html(f'<div class="kd kd-cards">{"".join(_card(row) for row in rows.to_dict("records"))}</div>')
    if rows.empty:
        st.write(_("There are none."))
    else:
        captions = [_caption(row) for row in rows.to_dict("records")]
        pictures = load_mnist().x_test[rows["picture"]]
        save_cards("fixed-and-broken", pictures, captions, rows["picture"], f"{change}-page{page}", table)
    lesson(
        _("Two groups behind one number"),
        _(
            "One difference in accuracy hides two groups: pictures that only the distilled student gets "
            "right, and pictures that only scratch gets right. The gain is what remains when they cancel "
            "out. Those that changed most come first. Next to each answer is the probability that the model "
            "gives the true digit."
        ),
        _(
            _DID_IT_BELIEVE if config.learns_from_teacher else _TEACHER_KNEW,
            right=teacher_right,
            broken=broken,
        ),
        r"\text{accuracy}_{\text{distilled}} - \text{accuracy}_{\text{scratch}} = "
        r"\frac{\text{fixed} - \text{broken}}{10\,000}",
        _("McNemar's test asks whether fixed and broken could be the two sides of a fair coin."),
        folded=True,
    )


def _card(row: dict) -> str:
    picture = to_model_input(load_mnist().x_test[row["picture"]][None])[0, :, :, 0]
    answers = "<br>".join(
        f'{role(model, f"{row[model]}")} <span class="kd-quiet">{_for_the_true_one(row, model)}</span>'
        for model in MODELS
    )
    number, true = f"{row['picture']:,}", a_digit(row["true"])
    description = _("Test picture {number}, {a_digit}", number=number, a_digit=true)
    is_a, no = _("It is {a_digit}", a_digit=true), _("No. {number}", number=number)
    return (
        f"<figure>{pixels(picture, description)}<figcaption><b>{is_a}</b>"
        f'<span class="kd-quiet"> {no}</span><br>{answers}</figcaption></figure>'
    )


def _for_the_true_one(row: dict, model: str) -> str:
    """The probability that a model gives the true digit."""
    return _("{percent} for {digit}", percent=percent(row[f"{model}_probability"]), digit=row["true"])


def _caption(row: dict) -> str:
    """What a card says, as plain text."""
    answers = [f"{_(NAMES[model])} {row[model]} ({_for_the_true_one(row, model)})" for model in MODELS]
    first = _("It is {a_digit}, no. {number}", a_digit=a_digit(row["true"]), number=f"{row['picture']:,}")
    return "\n".join([first, *answers])


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
def _changes(run_id: str, _logits: dict[str, np.ndarray]) -> pd.DataFrame:
    return fixed_and_broken(load_mnist().y_test, _logits)


@st.cache_data(max_entries=20, show_spinner=False)
def _reliability(run_id: str, _logits: dict[str, np.ndarray]) -> pd.DataFrame:
    return error_charts.reliability_rows(load_mnist().y_test, {model: _logits[model] for model in MODELS})


@st.cache_data(max_entries=20, show_spinner=False)
def _calibration(run_id: str, _logits: dict[str, np.ndarray]) -> pd.DataFrame:
    return error_charts.calibration_rows(load_mnist().y_test, {model: _logits[model] for model in MODELS})
