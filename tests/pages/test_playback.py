"""Playing training back: the text follows the slider, and Play runs from the start to the end."""

from html import unescape

import pytest

from kd.analysis.evaluation import accuracy, agreement
from kd.charts.playback_charts import point_name
from kd.text import words
from tests.pages.on_page import html_of


@pytest.fixture
def opened(open_page, shipped):
    app = open_page("train", run=shipped.run_id)
    app.session_state["playback_open"] = True
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
