"""Pages with students that are not the notebook's: wider, narrower, dense and linear ones."""

from __future__ import annotations

from html import unescape

import numpy as np
import pytest
import streamlit as st

from kd.analysis.saliency import saliency
from kd.lab.runs import Run
from kd.networks.architectures import Architecture
from kd.networks.numpy_model import NumpyModel
from kd.text.words import MODELS
from tests.pages.on_page import chart_titles, html_of, move, words_of_charts


@pytest.fixture
def students(request, lab, shipped, monkeypatch, tmp_path):
    """Models of the parameter's architecture in place of the included run's students, or of all three."""
    architecture, names = request.param
    models, snapshots = dict(lab.runs[shipped.run_id].models()), dict(lab.runs[shipped.run_id].snapshots())
    for name in names:
        model = architecture.build(name)
        model.save(tmp_path / f"{name}.keras")
        models[name] = NumpyModel.load(tmp_path / f"{name}.keras")
        flat = np.concatenate([weight.ravel() for weight in model.get_weights()]).astype(np.float16)
        if name in snapshots:
            snapshots[name] = {**snapshots[name], "weights": np.stack([flat] * len(snapshots[name]["times"]))}
    monkeypatch.setattr(Run, "models", lambda self: models)
    monkeypatch.setattr(Run, "snapshots", lambda self: snapshots)
    st.cache_data.clear()
    yield models
    st.cache_data.clear()


def both(kind: str, size: int = 0) -> tuple:
    return Architecture(kind, size), ("distilled", "scratch")


def look_inside(open_page, run_id: str):
    app = open_page("train", run=run_id)
    app.session_state["explore"] = "Inside"
    app.run()
    assert not app.exception
    assert not app.error
    return app


@pytest.mark.parametrize(
    ("students", "heading", "filters", "lesson"),
    [
        (both("linear"), "What speaks for and against each digit, from 0 to 9, after epoch", 10, "weights"),
        (both("dense", 64), "What the first 10 of 64 hidden units look for after epoch", 10, "weights"),
        (both("dense", 4), "What the hidden units look for after epoch", 4, "weights"),
        (both("convolutional", 1), "The first layer's filters after epoch", 1, "filters"),
        (both("separable", 8), "The first layer's filters after epoch", 8, "filters"),
        (both("convolutional", 64), "The first layer's filters after epoch", 64, "filters"),
    ],
    indirect=["students"],
)
def test_what_they_are_made_of(open_page, shipped, students, heading, filters, lesson):
    app = look_inside(open_page, shipped.run_id)
    text = unescape(html_of(app))
    assert heading in text
    assert chart_titles(app)[-3:] == ["Parameters", "Distilled", "Scratch"]
    said = [words for words in words_of_charts(app) if words.startswith(("Distilled: ", "Scratch: "))][-2:]
    assert all(f": {filters} filter" in words for words in said)
    assert f"What the {lesson} look for" in [heading.value for heading in app.subheader]


@pytest.mark.parametrize("students", [both("convolutional", 1)], indirect=True)
def test_the_lesson_says_where_this_student_keeps_what_it_knows(open_page, shipped, students):
    app = look_inside(open_page, shipped.run_id)
    layers = students["distilled"].layers
    dense = layers[-1]
    parameters = 100 * dense.parameters / sum(layer.parameters for layer in layers)
    work = 100 * dense.multiply_adds / sum(layer.multiply_adds for layer in layers)
    text = "\n".join(element.value for element in app.markdown)
    share = f"has {parameters:.1f}\u00a0% of the student's parameters"
    assert f"{share}, and does {work:.1f}\u00a0% of its" in text


@pytest.mark.parametrize(
    "students", [(Architecture("linear"), ("teacher",)), (Architecture("linear"), ())], indirect=True
)
def test_a_small_teacher_is_compared_in_numbers_that_say_something(open_page, shipped, students):
    def parameters(name):
        return sum(layer.parameters for layer in students[name].layers)

    ratio = parameters("teacher") / parameters("distilled")
    shown = "70" if ratio > 1 else "0.38"
    text = unescape(html_of(look_inside(open_page, shipped.run_id)))
    assert f"The teacher has {shown} times as many parameters" in text


@pytest.mark.parametrize(
    "students",
    [both("linear"), both("dense", 4), both("separable", 4), (Architecture("dense", 16), tuple(MODELS))],
    indirect=True,
)
def test_drawings_are_answered_and_explained(open_page, shipped, students, mnist):
    app = open_page("draw", way="test", picture="0")
    app.session_state["drawing_open"] = app.session_state["reading_open"] = True
    app.run()
    assert not app.exception
    assert not app.error
    found = saliency(students, mnist.test(1)[0][0])
    assert f"Green pixels speak for {found.digit}," in "".join(element.value for element in app.markdown)
    move(app, "playback-draw", point=0)
    assert not app.error


@pytest.mark.parametrize("students", [(Architecture("linear"), ("teacher",))], indirect=True)
def test_the_nearest_pictures_of_a_teacher_without_a_hidden_layer(
    open_page, lab, shipped, students, mnist, monkeypatch
):
    from kd.analysis.neighbours import NeighbourIndex

    images, labels = mnist.train(60)
    index = NeighbourIndex.build(students["teacher"], images, labels)
    monkeypatch.setattr(Run, "neighbours", lambda self: index)
    app = open_page("draw", way="test", picture="0")
    app.session_state["drawing_open"], app.session_state["drawing"] = True, "nearest"
    app.run()
    assert not app.exception
    text = "".join(element.value for element in app.markdown)
    assert "the teacher turns a picture into 784 numbers" in text
