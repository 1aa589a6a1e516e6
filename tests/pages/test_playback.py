"""Playing training back: what the browser gets to draw at every point in time."""

import contextlib

import numpy as np
import pytest
import streamlit as st

from kd.analysis.evaluation import accuracy, agreement, confusion_matrix
from kd.lab.runs import Run
from kd.text import words
from kd.text.chart_words import point_name
from tests.pages.on_page import drawn_in_the_browser, move, values_of
from ui.pictures.ways_in import FIRST_PICTURE
from ui.train.playback import course


def test_every_point_has_its_sentence_lines_and_matrices_and_is_sent_once(open_page, lab, shipped, mnist):
    opened = open_page("train", {"explore": "Playback"}, run=shipped.run_id)
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
        ("train", {"explore": "Playback"}, "train", "So short a training is looked at only once"),
        ("train", {"explore": "Inside"}, "filters", "What the filters look for"),
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
