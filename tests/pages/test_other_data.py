"""Pages of a run on another data set than MNIST: its names and numbers everywhere, and MNIST's nowhere."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import numpy as np
import pytest

from kd.base import data_sets
from kd.config import PRESETS, RunConfig
from tests.own_data import CLASSES, TEST, TRAIN, mirrored
from tests.own_data import arrays as own_arrays
from tests.pages.on_page import (
    control,
    errors_of,
    html_of,
    labelled,
    live_parts,
    warnings_of,
    words_of_charts,
)

# A teacher of one filter, and students without a hidden layer: all three learn within seconds.
CHEAP = {"teacher": "fresh", "teacher_width": 1, "teacher_train_size": 100, "teacher_epochs": 1}
SHORT = {"student": "linear", "epochs": 10, "train_size": 100, "objective": "soft_targets"}


@pytest.fixture(scope="module")
def data(lab) -> str:
    return mirrored(lab.store.data.folder).id


@pytest.fixture(scope="module")
def run(lab, data) -> str:
    view = lab.train(RunConfig(data=data, **CHEAP, **SHORT)).wait(240)
    assert view.status == "finished"
    return view.run_id


@pytest.fixture
def missing(data, lab):
    """Takes the file of the data set away, for one test."""
    path = data_sets.path_of(data)
    away = path.with_suffix(".away")
    path.rename(away)
    yield data
    away.rename(path)


def query_of(app) -> dict[str, str]:
    return {name: value[-1] if isinstance(value, list) else value for name, value in app.query_params.items()}


def text_of(app) -> str:
    assert errors_of(app) == []
    return re.sub("<[^>]*>", " ", unescape(html_of(app)))


def test_choosing_a_data_set_suits_the_other_controls_to_it(open_page, data):
    app = open_page("train", train_size="10000", omitted_digits="38")
    box = control(app, "data")
    assert box.options == [each.name for each in data_sets.known()]
    assert {"MNIST", "Mirrored"} < {*box.options}
    box.set_value(data).run()
    said = f"Mirrored has {TRAIN} training images, so “Training images” is set to all of them."
    assert said in warnings_of(app)
    assert control(app, "train_size").value == TRAIN
    assert control(app, "labelled").value == 60_000
    assert f"Mirrored has {TRAIN} training images: all of them have labels." in html_of(app)
    (left_out,) = app.multiselect
    assert left_out.value == ["3", "8"]  # it has such classes, too
    left_out.set_value(["mirrored 3", "7"]).run()
    assert query_of(app)["omitted_digits"] == "7,mirrored 3"
    suited = [name for name in PRESETS if name == "default" or PRESETS[name].config.train_size <= TRAIN]
    assert len(labelled(app)["Start from"].options) == len(suited) + 1
    assert "First, the teacher “Strong” is trained, once for Mirrored." in html_of(app)
    why = "The included study is about MNIST, not Mirrored."
    assert why in [part["facts"]["why"] for part in live_parts(app) if "facts" in part]
    assert not any(view["kind"] == "knownMap" for part in live_parts(app) for view in part["views"])


def test_every_part_of_train_has_the_names_and_numbers_of_the_data_set(open_page, lab, run):
    app = open_page("train", run=run)
    text, view = text_of(app), lab.runs.view(run)
    assert "Data set: Mirrored" in text
    wrong = round(TEST * (1 - view.result["teacher"]["test_accuracy"]))
    assert f"{wrong} mistake" in text
    assert "came with the app" not in text
    assert "included" not in text
    for part in ("confusions", "changes", "trust", "alike"):
        app = open_page("train", run=run, tab="errors", errors=part)
        text = text_of(app)
        if part == "confusions":
            assert any(f"“{name}”" in words for words in words_of_charts(app) for name in CLASSES[10:])
        if part == "changes":
            assert f"Of the {TEST} test pictures, distillation fixed" in text
        if part == "alike":
            assert re.search(r"When it sees (an? \d|“mirrored \d”), [\d.]+\s% of what", text)
    played = open_page("train", run=run, tab="playback")
    assert any(f"of the {TEST}." in each.value for each in played.markdown)
    assert "What speaks for and against 0, 1, 2" in str(live_parts(open_page("train", run=run, tab="inside")))


def test_runs_of_two_data_sets_are_listed_and_not_set_against_each_other(open_page, run):
    app = open_page("runs", ticked=f"{run},{RunConfig().run_id}")
    text = text_of(app)
    assert "They are of different data sets, so what lies between their accuracies is not compared." in text
    assert app.dataframe[0].value["setting"].str.contains("Data set: Mirrored").any()


def test_a_study_of_a_data_set_is_composed_from_what_it_has(open_page, data):
    app = open_page("sweep", {"sweep_form": True}, data=data, vary="train_size:100,500", seeds="2")
    found = labelled(app)
    assert found["Data set"].value == data
    assert "omitted_digits" not in found["Vary"].options
    app = open_page("sweep", {"sweep_form": True}, data=data, vary="train_size:100,5000", seeds="2")
    assert f"train_size must be at most {TRAIN}, the training images of Mirrored, got 5000." in text_of(app)


def test_what_is_of_a_missing_data_set_says_so_and_the_rest_is_there(open_page, lab, run, missing):
    for tab in ("errors", "playback"):
        app = open_page("train", run=run, tab=tab)
        assert not app.exception
        assert any(f"There is no data set '{missing}' here" in said for said in errors_of(app))
    assert f"Data set: {missing} (not here)" in html_of(app)
    app = open_page("train", data=missing)
    (said,) = warnings_of(app)
    assert said.endswith("“Data set” is set to MNIST instead.")
    assert control(app, "data").value == "mnist"
    app = open_page("runs")
    assert errors_of(app) == []
    assert len(app.dataframe[0].value) > 1


def test_pictures_that_a_person_adds_are_chosen_at_once(open_page, lab):
    app = open_page("train", {"own_pictures": True})
    arrays = dict(own_arrays())
    arrays["y_train"], arrays["y_test"] = arrays["y_train"] % 2, arrays["y_test"] % 2
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    app.file_uploader[0].set_value(("even-or-odd.npz", file.getvalue(), "application/octet-stream"))
    app = labelled(app)["Add"].click().run()
    assert errors_of(app) == []
    added = lab.data.find("even-or-odd")
    assert control(app, "data").value == query_of(app)["data"] == added.id
    assert "Data set: even-or-odd" in html_of(app)
