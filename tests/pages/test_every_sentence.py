"""No sentence on a page escapes translation: where each message is ⟦marked⟧, no word is outside the marks.

The same pages show that every control has a help text, and every chart an alternative.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from kd.config import RunConfig
from kd.lab.runs import Run
from kd.runs.state import RunView
from tests.pages.shown_text import texts
from tests.pseudo_language import mark, unmarked
from tests.store.test_upkeep import save
from ui.train import hero

pytestmark = pytest.mark.usefixtures("pseudo_language")

SAME_IN_EVERY_LANGUAGE = re.compile(
    r"\b(KD Lab|MNIST|letters|small-digits|T|[kM]?B|m?s|k|M"  # the data sets by their names
    r"|strong|notebook|fresh"  # the teachers' names, as on the command line
    r"|Conv2D|LeakyReLU|MaxPooling2D|Flatten|Dense"  # what Keras calls its layers
    r"|PNG|SVG|CSV|Parquet"
    r"|English|xx)\b|α"  # languages, by their own names
    r"|[\w-]+/[\w-]+ #\d+|“Knowledge Distillation: Scaling of the distillation loss”"  # of a public thread
)


def escaped(app: AppTest) -> set[str]:
    """The words that no catalogue can translate and the numbers as in English, each with where it is."""
    found = {(where, SAME_IN_EVERY_LANGUAGE.sub("", unmarked(text)).strip()) for where, text in texts(app)}
    numbers = {f"{where}: {text}" for where, text in texts(app) if re.search(r"\d[.,]\d", text)}
    words = {f"{where}: {words}" for where, words in found if any(letter.isalpha() for letter in words)}
    return words | numbers


def without_help(block: Any) -> list[str]:
    """The controls that have no label or no help text."""
    found = []
    for child in block.children.values():
        if hasattr(child, "children"):
            found += without_help(child)
        # a link says where it leads, a folded section what it is called
        elif child.type not in ("page_link", "expander"):
            fields = set(child.proto.DESCRIPTOR.fields_by_name)
            if {"label", "help"} <= fields and not (child.proto.label and child.proto.help):
                found.append(str(child.proto))
    return found


@pytest.mark.parametrize(
    ("page", "session", "query"),
    [
        ("home", {}, {}),
        ("home", {}, {"path": "lesson", "soft": "8"}),
        ("sweep", {}, {"path": "lesson", "step": "5"}),
        ("runs", {}, {}),
        ("train", {"save-loss-by-epoch": True}, {"alpha": "1"}),
        ("train", {"tab": "Playback"}, {}),
        ("train", {"tab": "Inside"}, {}),
        ("train", {"tab": "Errors"}, {}),
        ("train", {"tab": "Errors", "errors": "changes"}, {"epochs": "11"}),
        ("train", {}, {"errors": "alike"}),
        ("train", {"tab": "Errors", "errors": "trust"}, {"teacher": "fresh", "seed": "7"}),
        ("train", {"asked_about": RunConfig(epochs=13).run_id}, {"epochs": "13"}),
        ("train", {}, {"alpha": "7", "temperature_squared": "maybe", "run": "nobody", "as_i_move": "so"}),
        ("draw", {"drawing_open": True, "reading_open": True}, {}),
        ("draw", {"drawing_open": True, "drawing": "nearest"}, {"way": "test"}),
        ("draw", {}, {"way": "upload", "T": "nan", "log": "maybe", "picture": "-1", "view": "another"}),
        ("draw", {}, {"view": "targets", "run": "nobody"}),
        ("draw", {}, {"view": "pull"}),
        ("sweep", {}, {}),
        ("sweep", {}, {"study": "0" * 12, "vary": "alpha:0.1,7", "seeds": "2"}),
        ("sweep", {}, {"vary": "objective:soft_targets,relations;temperature_squared:true,false"}),
        ("sweep", {}, {"vary": "omitted_digits:,3;beta:1"}),
        ("sweep", {"sweep_form": True, "sweep_table": True}, {"cell": "200,10", "show": "so", "of": "so"}),
        ("sweep", {"sweep_peeking": True}, {"show": "repeats", "cell": "7", "of_alpha": "so"}),
        (
            "sweep",
            {},
            {"show": "repeats", "of": "run", "of_seeds": "0", "of_order": "so", "of_squared": "so"},
        ),
        ("experiments", {}, {}),
        ("experiments", {}, {"experiment": "how_many_imagez", "seeds": "0"}),
        ("experiments", {}, {"experiment": "no_t_squared", "seen": "included", "guess": "much"}),
        ("experiments", {}, {"experiment": "wrong_labels"}),
        ("experiments", {}, {"experiment": "wrong_labels", "seen": "included", "guess": "much"}),
        ("experiments", {}, {"experiment": "how_many_images", "seeds": "0", "seen": "so", "guess": "so"}),
        ("experiments", {}, {"experiment": "never_saw_it", "omitted_digits": "0123456789", "bias": "so"}),
        ("experiments", {}, {"experiment": "how_many_images", "seen": "included", "guess": "9,9,9,5,2,1"}),
    ],
)
def test_a_page_says_everything_in_the_readers_language(open_page, lab, page, session, query, monkeypatch):
    near = pd.DataFrame({"picture": [1, 2], "label": [4, 9], "distance": [1.5, 2.5]})
    index = type("Near", (), {"nearest": lambda self, image, number: near.copy()})
    monkeypatch.setattr(Run, "neighbours", lambda self: index())  # half a minute of work
    with monkeypatch.context() as before:  # what is kept for one reader is not shown to another
        before.setenv("LANGUAGE", "en")
        open_page(page, session, **query)
    app = open_page(page, {key: mark(it) if key == "tab" else it for key, it in session.items()}, **query)
    assert not app.error
    assert all(chart.proto.alt for chart in app.get("vega_lite_chart"))
    assert escaped(app) == set()
    assert without_help(app._tree) == []


def test_the_list_of_runs_does_too_after_a_run_is_deleted(open_page, lab):
    kept, deleted = save(lab, 11), save(lab, 12)
    lab.runs.pin(kept, True)
    app = open_page("runs", ticked=deleted, fold="false")
    assert escaped(app) == set()
    cells = pa.ipc.open_stream(app.dataframe[0].proto.arrow_data.styler.display_values).read_pandas()
    assert {"", "·"} == {"·" if "·" in cell else cell for cell in cells["gain"]}
    app.button(key="runs_delete").click().run()
    assert mark("Undo") in [button.label for button in app.button]
    assert escaped(app) == set()
    lab.store.runs.remove(kept)


def test_runs_that_are_compared_do_too(open_page, lab):
    runs = [entry.run_id for entry in lab.runs.views() if entry.status == "finished"]
    app = open_page("runs", ticked=",".join(runs))
    assert len(app.get("vega_lite_chart")) == 2
    # the two are A and B in any language
    assert {text for text in escaped(app) if any(map(str.islower, text.partition(": ")[2]))} == set()


HISTORY = [
    {"event": "epoch", "model": model, "epoch": 1, "epochs": 12, "val_accuracy": 0.9, "accuracy": 0.9}
    | {"loss": 1.0, "student_loss": 1.0, "distillation_loss": 1.0}
    for model in ("teacher", "distilled", "scratch")
]


@pytest.mark.parametrize(
    "state",
    [
        {"seconds_left": 95.0},
        {"people": frozenset({"somebody else"})},
        {"elsewhere": True},
        {"status": "interrupted"},
    ],
)
def test_a_run_without_a_result_does_too(open_page, lab, state, monkeypatch):
    config = RunConfig(epochs=12)
    view = RunView(config.run_id, config, "running", "students", history=HISTORY)
    monkeypatch.setattr(lab.runs, "view", lambda run_id: replace(view, **state))
    assert escaped(open_page("train", run=config.run_id, epochs="12")) == set()


def test_every_state_of_a_run_does_too():
    view = RunView("0" * 12, RunConfig(), "running", "queued", history=HISTORY, queue_place=2)
    phases = ("queued", "paused", "starting", "reconnecting", "awaiting teacher", "teacher", "soft targets",
              "students", "evaluating", "of a later version")  # fmt: skip
    views = [replace(view, phase=phase, queue_wait=wait) for phase in phases for wait in (None, 0.0, 95.0)]
    views += [replace(view, status=status) for status in ("stopped", "interrupted", "failed")]
    said = [hero.doing(one) for one in views]
    assert len(set(said)) == len(phases) + 2 * 2 + 3
    assert not any(letter.isalpha() for sentence in said for letter in unmarked(sentence))


def test_what_stands_in_for_a_page_does_too(open_page, lab, monkeypatch):
    def fails(*arguments):
        raise RuntimeError("of no interest to a reader")

    monkeypatch.setattr(lab.runs, "views", fails)
    app = open_page("runs")
    assert app.error
    assert escaped(app) == set()
