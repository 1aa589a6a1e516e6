"""Which pictures distillation fixed and which it broke: a few as an invitation, and all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis.observations import teacher_right_on
from kd.analysis.showcase import fixed_and_broken
from kd.config import RunConfig
from kd.lab import Lab, RunView
from kd.pictures.mnist import load_mnist, to_model_input
from kd.text.translation import N_, _
from kd.text.words import MODELS, NAMES, a_digit, percent
from ui.shared.figure import framed, save_cards
from ui.shared.guard import guarded
from ui.shared.lesson import lesson
from ui.shared.markup import pixels, role

A_PAGE = 12
# So many pictures invite to look at all of them.
_INVITED = 6

_DID_IT_BELIEVE = N_(
    "Did the student break these pictures because it believed a teacher that was wrong? Guess, then go "
    "through the broken ones and read the teacher's answers. In this run the teacher was right on {right} of "
    "the {broken}."
)


_TEACHER_KNEW = N_(
    "The distilled student did not learn from this teacher. Would the teacher have known better? Guess, then "
    "go through the broken ones and read its answers. It was right on {right} of the {broken}."
)


def invitation(lab: Lab, view: RunView, look: Callable[[], None]) -> None:
    """A few pictures that only the distilled student reads, and a button that shows them all.

    Args:
        look: called, in a callback, once the session's choices are made; brings the tab with them.
    """
    if view.status != "finished":
        return
    table = _changes(view.run_id, lab.runs[view.run_id].test_logits())
    if table.empty:
        return
    fixed = table[table["change"] == "fixed"]
    numbers = {"fixed": f"{len(fixed):,}", "broken": f"{len(table) - len(fixed):,}"}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if len(fixed):
            shown = "".join(_thumbnail(row) for row in fixed.head(_INVITED).to_dict("records"))
            st.html(f'<div class="kd kd-strip">{shown}</div>', width="content")
        st.button(
            _("{fixed} pictures fixed, {broken} broken: look at them", **numbers),
            key="invited",
            type="tertiary",
            icon=":material/arrow_forward:",
            help=_("Fixed: only the distilled student is right. Broken: only scratch is."),
            on_click=guarded(_accept),
            args=(look,),
        )


def _accept(look: Callable[[], None]) -> None:
    st.session_state["errors"] = "changes"
    look()


def all_changes(run_id: str, config: RunConfig, logits: dict[str, np.ndarray]) -> None:
    table = _changes(run_id, logits)
    counts = table["change"].value_counts()
    fixed, broken = int(counts.get("fixed", 0)), int(counts.get("broken", 0))
    verdict = _(
        "Of the 10,000 test pictures, distillation fixed {fixed} and broke {broken}.",
        fixed=fixed,
        broken=broken,
    )
    head = framed("fixed-and-broken")
    head.html(f'<p class="kd kd-verdict">{verdict}</p>')
    teacher_right = teacher_right_on(table[table["change"] == "broken"])
    words = {"fixed": _("Fixed: {count}", count=fixed), "broken": _("Broken: {count}", count=broken)}
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    change = left.segmented_control(
        _("Show"),
        list(words),
        format_func=words.__getitem__,
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
        with head:
            note = f"{change}-page{page}"
            save_cards("fixed-and-broken", pictures, captions, rows["picture"], note, table)
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


def _thumbnail(row: dict) -> str:
    """A picture without words; what it is stands in its alternative."""
    number, true = f"{row['picture']:,}", a_digit(row["true"])
    return pixels(_picture(row), _("Test picture {number}, {a_digit}", number=number, a_digit=true))


def _picture(row: dict) -> np.ndarray:
    return to_model_input(load_mnist().x_test[row["picture"]][None])[0, :, :, 0]


def _card(row: dict) -> str:
    answers = "<br>".join(
        f'{role(model, f"{row[model]}")} <span class="kd-quiet">{_for_the_true_one(row, model)}</span>'
        for model in MODELS
    )
    number, true = f"{row['picture']:,}", a_digit(row["true"])
    description = _("Test picture {number}, {a_digit}", number=number, a_digit=true)
    is_a, no = _("It is {a_digit}", a_digit=true), _("No. {number}", number=number)
    return (
        f"<figure>{pixels(_picture(row), description)}<figcaption><b>{is_a}</b>"
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


@st.cache_data(max_entries=20, show_spinner=False)
def _changes(run_id: str, _logits: dict[str, np.ndarray]) -> pd.DataFrame:
    return fixed_and_broken(load_mnist().y_test, _logits)
