"""What the students are made of: real numbers from the real models, and students of every kind."""

from __future__ import annotations

import json
from html import unescape

import numpy as np
import pytest
import streamlit as st

from kd.analysis.neighbours import NeighbourIndex
from kd.analysis.saliency import saliency
from kd.lab.runs import Run
from kd.networks.architectures import Architecture
from kd.networks.numpy_model import NumpyModel
from kd.pictures.training_set import places
from kd.text.words import MODELS
from tests.pages.on_page import chart_titles, html_of, move


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


def ratio(models, measure: str) -> float:
    teacher, student = (
        sum(getattr(layer, measure) for layer in models[model].layers) for model in ("teacher", "distilled")
    )
    return teacher / student


def made_of(app):
    """The sentences about the first layer's filters, and what is drawn of a student's, by student."""
    figures = [json.loads(each.proto.json) for each in app.get("bidi_component")][-1]["views"]
    assert figures[0]["kind"] == "sentence"
    return figures[0]["says"], {figure["role"]: figure for figure in figures[1:]}


def test_the_sentence_compares_the_real_models_and_the_filters_follow_the_time(open_page, lab, shipped):
    app = open_page("train", {"explore": "Inside"}, run=shipped.run_id)
    models, text = lab.runs[shipped.run_id].models(), unescape(html_of(app))
    assert f"The teacher has {ratio(models, 'parameters'):.0f} times as many parameters" in text
    assert f"{ratio(models, 'multiply_adds'):.0f} times as many multiplications." in text
    assert chart_titles(app)[-1] == "Parameters"
    says, figures = made_of(app)
    assert (says[0], says[-1]) == (
        "The first layer's filters after epoch 5",
        "The first layer's filters after epoch 40",
    )
    first = models["scratch"].first_layer_filters
    figure = figures["scratch"]
    weights = np.array(figure["weights"][-1])
    assert weights == pytest.approx(np.moveaxis(first, -1, 0).reshape(first.shape[-1], -1), abs=2e-3)
    assert figure["limit"] >= np.abs(weights).max()
    assert "Scratch: 16 filters with weights from" in figure["words"][0]


@pytest.mark.parametrize(
    ("students", "heading", "filters", "lesson"),
    [
        (both("linear"), "What speaks for and against each digit, from 0 to 9, after epoch", 10, "weights"),
        (both("dense", 64), "What the first 10 of 64 hidden units look for after epoch", 10, "weights"),
        (both("dense", 4), "What the hidden units look for after epoch", 4, "weights"),
        (both("separable", 8), "The first layer's filters after epoch", 8, "filters"),
        (both("convolutional", 1), "The first layer's filters after epoch", 1, "filters"),
    ],
    indirect=["students"],
)
def test_what_they_are_made_of(open_page, shipped, students, heading, filters, lesson):
    app = open_page("train", {"explore": "Inside"}, run=shipped.run_id)
    assert not app.error
    says, figures = made_of(app)
    assert all(heading in sentence for sentence in says)
    for figure in figures.values():
        assert len(figure["weights"][0]) == filters
        assert len(figure["weights"][0][0]) == figure["side"] ** 2
        assert f": {filters} filter" in figure["words"][0]
        assert figure["first"] == (0 if "each digit" in heading else 1)
    assert f"What the {lesson} look for" in [heading.value for heading in app.subheader]
    if filters == 1:
        layers = students["distilled"].layers
        share = 100 * layers[-1].parameters / sum(layer.parameters for layer in layers)
        work = 100 * layers[-1].multiply_adds / sum(layer.multiply_adds for layer in layers)
        text = "\n".join(element.value for element in app.markdown)
        assert (
            f"has {share:.1f}\u00a0% of the student's parameters, and does {work:.1f}\u00a0% of its" in text
        )


@pytest.mark.parametrize("students", [(Architecture("linear"), tuple(MODELS))], indirect=True)
def test_drawings_are_answered_and_explained(open_page, shipped, students, mnist, monkeypatch):
    images, labels = mnist.train(60)
    index = NeighbourIndex.build(students["teacher"], images, labels)
    monkeypatch.setattr(Run, "neighbours", lambda self: index)
    app = open_page("draw", way="test", picture="0")
    assert "Teacher" not in chart_titles(app)  # computed once it is opened
    app.session_state["drawing_open"] = app.session_state["reading_open"] = True
    app.run()
    assert not app.error
    assert chart_titles(app)[-3:] == ["Teacher", "Distilled", "Scratch"]
    found = saliency(students, mnist.test(1)[0][0])
    assert f"Green pixels speak for {found.digit}," in "".join(element.value for element in app.markdown)
    move(app, "playback-draw", point=0)
    app.session_state["drawing"] = "nearest"
    app.run()
    assert not app.error
    first = index.nearest(mnist.test(1)[0][0], 6).iloc[0]
    assert (
        f"No. {places(shipped.config)[int(first['picture'])]:,}<br>distance {first['distance']:.1f}"
        in html_of(app)
    )
    features = students["teacher"].layers[-2].activations
    assert f"turns a picture into {features:,} numbers" in "".join(e.value for e in app.markdown)


@pytest.mark.parametrize("students", [(Architecture("linear"), ("teacher",))], indirect=True)
def test_a_small_teacher_is_compared_in_numbers_that_say_something(open_page, shipped, students):
    app = open_page("train", {"explore": "Inside"}, run=shipped.run_id)
    assert ratio(students, "parameters") == pytest.approx(0.383, abs=0.001)
    assert "The teacher has 0.38 times as many parameters" in unescape(html_of(app))
