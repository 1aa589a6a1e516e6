"""The part of Train that follows a run draws its current state."""

import re

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.on_page import html_of, words_of_charts


def page():
    """A page with a run whose history is in the session, where the test extends it."""
    import streamlit as st

    from kd.config import RunConfig
    from kd.runs.state import RunView
    from ui.train import explore, live

    class Watched:
        runs = ahead = property(lambda self: self)

        def view(self, run_id):
            return view

        def look_at(self, config, person):
            pass

    loss = {"loss": 1.0, "student_loss": 1.0, "distillation_loss": 1.0, "accuracy": 0.5}
    history = [
        {"event": "epoch", "model": model, "epoch": epoch, "epochs": 10, "val_accuracy": accuracy, **loss}
        for model, epochs in st.session_state["epochs"].items()
        for epoch in range(1, epochs + 1)
        for accuracy in [0.9 if epoch % st.session_state.get("every", 1) == 0 else None]
    ]
    view = RunView(
        "0" * 12,
        RunConfig(epochs=10),
        st.session_state.get("status", "stopped"),
        st.session_state.get("phase", "done"),
        history=history,
        teacher_accuracy=0.99,
    )
    live.follow(Watched(), view)
    explore.loss(view)


def drawn(app: AppTest) -> dict[str, int]:
    """The last epoch of each student in the first chart."""
    chart = app.get("vega_lite_chart")[0].proto
    rows = pa.ipc.open_stream(chart.data.data).read_pandas()
    return rows[rows["role"] != "teacher"].groupby("role")["epoch"].max().astype(int).to_dict()


def test_a_live_chart_shows_how_far_each_model_has_got():
    app = AppTest.from_function(page, default_timeout=60)
    for distilled, scratch in ((2, 1), (1, 2), (2, 2)):
        app.session_state["epochs"] = {"distilled": distilled, "scratch": scratch}
        app.run()
        assert not app.exception
        assert drawn(app) == {"distilled": distilled, "scratch": scratch}


def test_a_chart_that_grows_keeps_its_specification_and_says_how_far_it_has_got():
    app = AppTest.from_function(page, default_timeout=60)

    def seen(epochs: int) -> tuple[list[tuple[str, str]], list[str]]:
        app.session_state["epochs"] = {"distilled": epochs, "scratch": epochs}
        app.run()
        assert not app.exception
        charts = [chart.proto for chart in app.get("vega_lite_chart")]
        return [(chart.spec, chart.alt) for chart in charts], words_of_charts(app)

    before, _ = seen(2)
    after, words = seen(3)
    assert len(before) == len(words) == 2
    assert before == after  # a browser builds a chart anew when one of these changes
    assert all("after epoch 3" in sentence for sentence in words)


def tiles(app: AppTest) -> dict[str, list[str]]:
    """Each student's tile: its number, and the line under it."""
    found = re.findall(r'kd-tile kd-(distilled|scratch)">(.*?)</div>', html_of(app))
    return {model: re.findall("<p [^>]*>(.*?)</p>", tile) for model, tile in found}


def test_between_evaluations_a_tile_shows_the_last_accuracy_or_how_far_training_has_come():
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["every"] = 2
    app.session_state["epochs"] = {"distilled": 3, "scratch": 1}
    app.run()
    assert not app.exception
    assert drawn(app) == {"distilled": 2}
    assert tiles(app) == {
        "distilled": ["90.00\u00a0%", "after epoch 2 of 10"],
        "scratch": ["–", "epoch 1 of 10"],
    }
    accuracy, loss = words_of_charts(app)
    assert accuracy == "Test accuracy by epoch. Distilled: 90.00\u00a0% after epoch 2. Teacher: 99.00\u00a0%."
    assert "after epoch 3" in loss


def test_an_evaluated_epoch_says_all_there_is_to_say():
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["every"] = 2
    app.session_state["epochs"] = {"distilled": 4, "scratch": 2}
    app.run()
    assert tiles(app) == {
        "distilled": ["90.00\u00a0%", "after epoch 4 of 10"],
        "scratch": ["90.00\u00a0%", "after epoch 2 of 10"],
    }


@pytest.mark.parametrize(
    ("epochs", "said"),
    [
        ({"distilled": 3, "scratch": 2}, "Both students are learning: epoch 3 of 10"),
        ({"distilled": 3, "scratch": 10}, "The distilled student is learning: epoch 4 of 10"),
        ({"distilled": 10, "scratch": 0}, "The scratch student is learning: epoch 1 of 10"),
    ],
)
def test_only_who_still_learns_is_said_to_learn(epochs, said):
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["epochs"], app.session_state["status"] = epochs, "running"
    app.session_state["phase"] = "students"
    app.run()
    assert said in html_of(app)
