"""What changed with distillation: the test pictures that it fixed, and those that it broke."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis.observations import fixed_and_broken
from kd.base.once import computed_once
from kd.config import RunConfig
from kd.lab import Lab
from kd.pictures.data_sets import DataSet, data_set
from kd.text.translation import N_, _, language, numeral
from kd.text.words import MODELS, NAMES, a_picture_of, called, percent
from ui.pictures.ways_in import test_picture
from ui.shared import address
from ui.shared.figure import computed, framed, save_cards
from ui.shared.guard import guarded
from ui.shared.lesson import lesson
from ui.shared.markup import pixels, role

Logits = dict[str, np.ndarray]
"""Model → (pictures, classes), its logits for the test pictures."""

_A_PAGE = 12
# So many of each are shown beside the result.
_A_FEW = 6
_CHANGE = address.choice(
    N_("There is nothing called “{text}” to look at: use {allowed}."), {"fixed": "", "broken": ""}
)
# Letters of a class' name that fit under a picture, with another one's.
_SHORT = 2
_FIXED = N_("Fixed: {count}. Only the distilled student reads them right.")
_BROKEN = N_("Broken: {count}. Only scratch reads them right.")

_DID_IT_BELIEVE = N_(
    "Did the student break these pictures because it believed a teacher that was wrong? Guess, then go "
    "through the broken ones and read the teacher's answers. In this run the teacher was right on {right} of "
    "the {broken}."
)
_TEACHER_KNEW = N_(
    "The distilled student did not learn from this teacher. Would the teacher have known better? Guess, then "
    "go through the broken ones and read its answers. It was right on {right} of the {broken}."
)


def what_changed(lab: Lab, run_id: str, config: RunConfig, look: Callable[[], None]) -> None:
    """Draws a few fixed and broken pictures, and a button that shows all. look: a callback, opens the tab."""

    def accept() -> None:
        st.session_state["errors"] = "changes"
        look()

    few = _few(lab, run_id, config.data, language())
    if not few:
        return
    st.html(few)
    st.button(
        _("Look at all of them"),
        key="invited",
        type="tertiary",
        icon=":material/arrow_forward:",
        help=_("Every picture that only one of the two students reads right, with all three answers."),
        on_click=guarded(accept),
    )


@computed_once(maxsize=500)
def _few(lab: Lab, run_id: str, chosen: str, _language: str) -> str:
    """Returns how many pictures were fixed and broken, and those that changed most, as HTML."""
    data = data_set(chosen)
    table = _changes(run_id, data, lab.runs[run_id].test_logits())
    if table.empty:
        return ""
    parts, long = [], "kd-long" if max(map(len, data.about.classes)) > _SHORT else ""
    for change, words, wrong in (("fixed", _FIXED, "scratch"), ("broken", _BROKEN, "distilled")):
        rows = table[table["change"] == change]
        each = "".join(
            f"<figure>{_picture(row, data)}<figcaption>{escape(_instead(row, wrong))}</figcaption></figure>"
            for row in rows.head(_A_FEW).to_dict("records")
        )
        said = _(words, count=numeral(len(rows)))
        parts.append(f'<div><p>{escape(said)}</p><div class="kd-strip {long}">{each}</div></div>')
    title = escape(_("What changed"))
    return f'<h3 class="kd kd-heading">{title}</h3><div class="kd kd-changed">{"".join(parts)}</div>'


def _instead(row: dict, model: str) -> str:
    """Returns what a picture is, and what a model that is wrong reads."""
    return _("{true}, not {read}", true=row["true"], read=row[model])


def all_changes(run_id: str, config: RunConfig, logits: Logits) -> None:
    data = data_set(config.data)
    table = _changes(run_id, data, logits)
    changes = {change: table[table["change"] == change] for change in ("fixed", "broken")}
    fixed, broken = map(len, changes.values())
    words = N_("Of the {count} test pictures, distillation fixed {fixed} and broke {broken}.")
    verdict = _(words, count=numeral(data.about.test), fixed=fixed, broken=broken)
    head = framed("fixed-and-broken")
    head.html(f'<p class="kd kd-verdict">{verdict}</p>')
    named = {"fixed": _("Fixed: {count}", count=fixed), "broken": _("Broken: {count}", count=broken)}
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    change = address.kept(
        _CHANGE,
        left.segmented_control,
        _("Show"),
        list(named),
        format_func=named.__getitem__,
        key="change",
        required=True,
        help=_("Fixed: only the distilled student is right. Broken: only scratch is."),
    )
    pages = max(1, -(-len(changes[change]) // _A_PAGE))
    name = f"page_{change}"
    page = address.kept(
        address.whole(name, 1, pages, 1),
        right.number_input,
        _("Page (of {pages})", pages=pages),
        1,
        pages,
        key=name,
        help=_("Twelve pictures per page."),
    )
    rows = changes[change].iloc[(page - 1) * _A_PAGE : page * _A_PAGE]
    cards = rows.to_dict("records")
    st.html(f'<div class="kd kd-cards">{"".join(_card(row, data) for row in cards)}</div>')
    if rows.empty:
        st.write(_("There are none."))
    else:
        with head:
            save_cards(
                "fixed-and-broken",
                data.x_test[rows["picture"]],
                [_caption(row) for row in cards],
                rows["picture"],
                f"{change}-page{page}",
                table,
            )
    lesson(
        _("Two groups behind one number"),
        _(
            "One difference in accuracy hides two groups: pictures that only the distilled student gets "
            "right, and pictures that only scratch gets right. The gain is what remains when they cancel "
            "out. Those that changed most come first. Next to each answer is the probability that the model "
            "gives the true class."
        ),
        _(
            _DID_IT_BELIEVE if config.learns_from_teacher else _TEACHER_KNEW,
            right=int((changes["broken"]["teacher"] == changes["broken"]["true"]).sum()),
            broken=broken,
        ),
        r"\text{accuracy}_{\text{distilled}} - \text{accuracy}_{\text{scratch}} = "
        r"\frac{\text{fixed} - \text{broken}}{n}",
        _(
            "$n$: the number of test pictures. McNemar's test asks whether fixed and broken could be the two "
            "sides of a fair coin."
        ),
        folded=True,
    )


def _changes(run_id: str, data: DataSet, logits: Logits) -> pd.DataFrame:
    """Returns `fixed_and_broken` with the names of the classes."""

    def compute() -> pd.DataFrame:
        table, names = fixed_and_broken(data.y_test, logits), np.array(data.about.classes)
        return table.assign(**{column: names[table[column]] for column in ("true", *MODELS)})

    return computed(run_id, "changes", _compute=compute)


def _picture(row: dict, data: DataSet) -> str:
    """Returns a test picture as HTML; what it is stands in its alternative."""
    picture, _label = test_picture(row["picture"], data)
    number, shown = numeral(row["picture"]), a_picture_of(row["true"])
    return pixels(picture, _("Test picture {number}, {shown}", number=number, shown=shown))


def _card(row: dict, data: DataSet) -> str:
    answers = "<br>".join(
        f'{role(model, row[model])} <span class="kd-quiet">{escape(_for_the_true_one(row, model))}</span>'
        for model in MODELS
    )
    is_a = escape(_("It is {shown}", shown=a_picture_of(row["true"])))
    number = _("No. {number}", number=numeral(row["picture"]))
    return (
        f"<figure>{_picture(row, data)}<figcaption><b>{is_a}</b>"
        f'<span class="kd-quiet"> {number}</span><br>{answers}</figcaption></figure>'
    )


def _caption(row: dict) -> str:
    answers = [f"{_(NAMES[model])} {row[model]} ({_for_the_true_one(row, model)})" for model in MODELS]
    shown, number = a_picture_of(row["true"]), numeral(row["picture"])
    first = _("It is {shown}, no. {number}", shown=shown, number=number)
    return "\n".join([first, *answers])


def _for_the_true_one(row: dict, model: str) -> str:
    return _("{percent} for {name}", percent=percent(row[f"{model}_probability"]), name=called(row["true"]))
