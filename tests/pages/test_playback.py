"""Playing training back: the text follows the slider, and Play runs from the start to the end."""

import contextlib
from html import unescape

import pytest
import streamlit as st

from kd.analysis.evaluation import accuracy, agreement
from kd.charts.playback_charts import point_name
from kd.lab import Lab
from kd.text import words
from tests.pages.on_page import html_of
from ui.train.playback import course


@pytest.fixture
def opened(open_page, shipped):
    app = open_page("train", run=shipped.run_id)
    app.session_state["explore"] = "Playback"
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("at", [0, 2])
def test_the_slider_moves_what_is_said(opened, lab, shipped, mnist, at):
    opened.select_slider(key="playback-train").set_value(at).run()
    snapshots, teacher = lab.snapshots(shipped.run_id), lab.test_logits(shipped.run_id)["teacher"]
    text = unescape(html_of(opened))
    assert f"{point_name(snapshots['distilled']['times'][at]).capitalize()}:" in text
    for student in ("distilled", "scratch"):
        logits = snapshots[student]["logits"][at]
        assert f"{words.accuracy(accuracy(mnist.y_test, logits))} right, " in text
        assert f"{words.accuracy(agreement(teacher, logits))} the same as its teacher" in text


def test_play_begins_at_the_start_and_becomes_pause(opened):
    opened.button(key="button-train").click().run()
    assert opened.select_slider(key="playback-train").value == 0
    assert opened.button(key="button-train").label == "Pause"
    opened.button(key="button-train").click().run()
    assert opened.button(key="button-train").label == "Play"


@pytest.fixture
def ended_at_once(lab, shipped, monkeypatch):
    """The included run as if it had been looked at only at its end."""
    only_end = {
        student: {name: array[-1:] for name, array in kept.items()}
        for student, kept in lab.snapshots(shipped.run_id).items()
    }
    monkeypatch.setattr(Lab, "snapshots", lambda self, run_id: only_end)
    st.cache_data.clear()
    yield
    st.cache_data.clear()


@pytest.mark.parametrize(
    ("page", "session", "said"),
    [
        ("train", {"explore": "Playback"}, "So short a training is looked at only once"),
        ("train", {"explore": "Inside"}, "The first layer's filters after epoch 40"),
        ("draw", {"reading_open": True}, "So short a training is saved only once"),
    ],
)
def test_a_single_point_is_shown_without_a_slider(open_page, shipped, ended_at_once, page, session, said):
    app = open_page(page, session, run=shipped.run_id)
    text = unescape(html_of(app)) + "".join(element.value for element in app.markdown)
    assert said in text
    assert "fter epoch 40" in text
    # a browser fails to draw a slider of one value
    assert not [slider for slider in app.select_slider if slider.key.startswith("playback")]
    assert not [button for button in app.button if button.label == "Play"]


def test_a_training_that_has_to_be_repeated_says_so(monkeypatch):
    """An AppTest sees only what is left at the end: the spinner itself is caught."""
    said = []
    monkeypatch.setattr(st, "spinner", lambda words: said.append(words) or contextlib.nullcontext())

    class Recorded:
        def snapshots(self, run_id):
            return {run_id: said[-1]}

    assert "trained once more" in course(Recorded(), "a run")["a run"]


def test_snapshots_end_where_the_run_ended(lab, shipped):
    logits = lab.test_logits(shipped.run_id)
    for student, snapshots in lab.snapshots(shipped.run_id).items():
        assert snapshots["times"][-1] == max(e["epoch"] for e in shipped.history if e["model"] == student)
        # saved in float16
        assert snapshots["logits"][-1].astype(float) == pytest.approx(logits[student], abs=0.04, rel=1e-3)
        assert not snapshots["weights"].flags.writeable


def test_snapshots_of_an_unknown_run_are_refused_in_a_sentence(lab):
    with pytest.raises(ValueError, match="There is no run"):
        lab.snapshots("0123456789ab")
