"""The tabs of a finished run: its errors, its training played back, and what its networks are made of."""

from __future__ import annotations

import contextlib
import json
from html import unescape

import numpy as np
import pytest
import streamlit as st

from kd.analysis.evaluation import accuracy, agreement, confusion_matrix
from kd.analysis.neighbours import NeighbourIndex
from kd.analysis.observations import fixed_and_broken
from kd.analysis.saliency import saliency
from kd.charts.error_charts import calibration_rows
from kd.lab.runs import Run
from kd.networks.architectures import Architecture
from kd.networks.numpy_model import NumpyModel
from kd.pictures.training_set import places
from kd.text import words
from kd.text.chart_words import point_name
from kd.text.words import MODELS, a_digit, percent
from tests.pages.on_page import chart_titles, drawn_in_the_browser, html_of, move, values_of
from ui.pictures.ways_in import FIRST_PICTURE
from ui.train.playback import course


def test_confusions_of_all_three_and_the_difference_are_drawn_once_the_tab_is_opened(open_page, shipped):
    app = open_page("train", run=shipped.run_id)
    assert not any("its answers" in title for title in chart_titles(app))
    app.session_state["tab"] = "Errors"
    drawn = set(chart_titles(app.run()))
    assert drawn >= {f"{model}: its answers" for model in ("Teacher", "Distilled", "Scratch")}
    assert "Distilled − scratch" in drawn


def test_fixed_and_broken_pictures_with_all_three_answers(open_page, lab, shipped, mnist):
    app = open_page("train", {"tab": "Errors", "errors": "changes"}, run=shipped.run_id)
    table = fixed_and_broken(mnist.y_test, lab.runs[shipped.run_id].test_logits())
    fixed = table[table["change"] == "fixed"]
    text = unescape(html_of(app))
    assert f"fixed {len(fixed)} and broke {len(table) - len(fixed)}." in text
    assert text.partition("kd-cards")[2].count("<figure>") == min(12, len(fixed))
    first = fixed.iloc[0]
    assert f"<b>It is {a_digit(first['true'])}</b>" in text
    assert f'kd-distilled">{first["true"]}</span>' in text
    # the probability is labelled as the true digit's, whatever the answer
    assert f"{percent(first['scratch_probability'])} for {first['true']}</span>" in text
    app.button_group(key="change").set_value("broken").run()
    assert f"No. {table.iloc[len(fixed)]['picture']:,}" in unescape(html_of(app))


def test_calibration_errors_are_in_a_table(open_page, lab, shipped, mnist):
    app = open_page("train", {"tab": "Errors", "errors": "trust"}, run=shipped.run_id)
    rows = calibration_rows(mnist.y_test, lab.runs[shipped.run_id].test_logits())
    row = rows[rows["role"] == "scratch"].iloc[0]
    errors = [percent(row[f"error_{which}"]) for which in ("all", "before", "after")]
    assert app.table[-1].value["Scratch"].tolist() == [*errors[:2], f"{row['temperature']:.2f}", errors[2]]
    assert "Sure and right: reliability in 15 bins" in chart_titles(app)


def test_every_point_has_its_sentence_lines_and_matrices_and_is_sent_once(open_page, lab, shipped, mnist):
    opened = open_page("train", {"tab": "Playback"}, run=shipped.run_id)
    teacher, answers = lab.runs[shipped.run_id].test_logits()["teacher"], {}
    kept = lab.runs[shipped.run_id].snapshots()
    for student in ("distilled", "scratch"):
        final = lab.runs[shipped.run_id].test_logits()[student]
        answers[student] = [*kept[student]["logits"][:-1], final]
    figures = drawn_in_the_browser(opened, "playback-train")
    sentences = drawn_in_the_browser(opened, "playback-train", first=True)["sentence"]["says"]
    for at, time in enumerate(kept["distilled"]["times"]):
        assert sentences[at].startswith(f"{point_name(time).capitalize()}: ")
        for student, logits in answers.items():
            right = kept[student]["accuracies"][at]
            assert right == pytest.approx(accuracy(mnist.y_test, logits[at]), abs=5e-4)
            assert f"{words.accuracy(right)} right, " in sentences[at]
            assert f"{words.accuracy(agreement(teacher, logits[at]))} the same as" in sentences[at]
    for student in answers:  # the last point is the run itself
        result = shipped.result[student]
        assert f"{words.accuracy(result['test_accuracy'])} right, " in sentences[-1]
        assert f"{words.accuracy(result['agreement'])} the same as its teacher" in sentences[-1]
    (lines,) = (model["ys"] for model in figures["course"]["models"] if model["role"] == "scratch")
    assert lines == [agreement(teacher, logits) for logits in answers["scratch"]]
    counts = np.array(figures["confusion"]["counts"])
    for at in (0, -1):
        np.testing.assert_array_equal(counts[at], confusion_matrix(mnist.y_test, answers["scratch"][at]))
    reading = np.array(figures["reading"]["logits"])
    np.testing.assert_allclose(
        reading, np.float64([logits[FIRST_PICTURE] for logits in answers["scratch"]]), rtol=1e-7
    )
    assert values_of(opened, "playback-train") == {"point": 7}
    sent = opened.get("bidi_component")[0].proto.json
    move(opened, "playback-train", point=2)
    assert opened.get("bidi_component")[0].proto.json == sent


@pytest.fixture
def ended_at_once(lab, shipped, monkeypatch):
    """The included run as if it had been looked at only at its end."""
    only_end = {
        student: {name: array[-1:] for name, array in kept.items()}
        for student, kept in lab.runs[shipped.run_id].snapshots().items()
    }
    monkeypatch.setattr(Run, "snapshots", lambda self: only_end)
    st.cache_data.clear()
    yield
    st.cache_data.clear()


@pytest.mark.parametrize(
    ("page", "session", "channel", "said"),
    [
        ("train", {"tab": "Playback"}, "train", "So short a training is looked at only once"),
        ("train", {"tab": "Inside"}, "filters", "What the filters look for"),
        ("draw", {"reading_open": True}, "draw", "So short a training is saved only once"),
    ],
)
def test_a_single_point_is_shown_without_a_slider(
    open_page, shipped, ended_at_once, page, session, channel, said
):
    app = open_page(page, session, run=shipped.run_id)
    assert said in "".join(element.value for element in (*app.markdown, *app.subheader))
    assert all(
        "fter epoch 40" in said
        for said in drawn_in_the_browser(app, f"playback-{channel}", first=True)["sentence"]["says"]
    )
    assert values_of(app, f"playback-{channel}") == {"point": 0}


def test_a_training_that_has_to_be_repeated_says_so(lab, shipped, monkeypatch):
    """An AppTest sees only what is left at the end: the spinner itself is caught."""
    said = []
    monkeypatch.setattr(st, "spinner", lambda words: said.append(words) or contextlib.nullcontext())
    monkeypatch.setattr(Run, "snapshots", lambda self: said[-1])
    assert "trained once more" in course(lab, shipped.run_id)


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
    figures = json.loads(app.get("bidi_component")[-2].proto.json)["views"]  # the last one is the program
    assert figures[0]["kind"] == "sentence"
    return figures[0]["says"], {figure["role"]: figure for figure in figures[1:]}


def test_the_sentence_compares_the_real_models_and_the_filters_follow_the_time(open_page, lab, shipped):
    app = open_page("train", {"tab": "Inside"}, run=shipped.run_id)
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
    app = open_page("train", {"tab": "Inside"}, run=shipped.run_id)
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
    index = NeighbourIndex.build(students["teacher"], mnist.x_train[:60], mnist.y_train[:60])
    monkeypatch.setattr(Run, "neighbours", lambda self: index)
    app = open_page("draw", way="test", picture="0")
    assert not drawn_in_the_browser(app, "saliency")  # computed once it is opened
    app.session_state["drawing_open"] = app.session_state["reading_open"] = True
    app.run()
    assert not app.error
    assert drawn_in_the_browser(app, "saliency")["filters"]["title"] == "Scratch"
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
    app = open_page("train", {"tab": "Inside"}, run=shipped.run_id)
    assert ratio(students, "parameters") == pytest.approx(0.383, abs=0.001)
    assert "The teacher has 0.38 times as many parameters" in unescape(html_of(app))
