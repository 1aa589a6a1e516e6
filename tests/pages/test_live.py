"""The part of Train that follows a run draws its current state."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from kd.config import RunConfig
from kd.runs.state import RunView
from tests.pages.on_page import drawn_in_the_browser, html_of, words_of_charts
from ui.train import hero


def page():
    """A page with a run whose history is in the session, where the test extends it."""
    import streamlit as st

    from kd.config import RunConfig
    from kd.runs.state import RunView
    from ui.train import explore, hero

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
        "stopped",
        "done",
        history=history,
        teacher_accuracy=0.99,
    )
    hero.follow(Watched(), view)
    explore.loss(view)


@pytest.fixture
def app():
    return AppTest.from_function(page, default_timeout=60)


def seen(app: AppTest, distilled: int, scratch: int) -> AppTest:
    app.session_state["epochs"] = {"distilled": distilled, "scratch": scratch}
    app.run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> dict[str, int]:
    """The last epoch of each student in the first chart."""
    lines = drawn_in_the_browser(app, "setting")["epochs"]["lines"]
    return {line["role"]: line["points"][-1][0] for line in lines if line["role"] != "teacher"}


def test_a_live_chart_shows_how_far_each_model_has_got_and_keeps_its_specification(app):
    charts = []
    for distilled, scratch in ((2, 1), (1, 2), (3, 3)):
        seen(app, distilled, scratch)
        assert drawn(app) == {"distilled": distilled, "scratch": scratch}
        charts.append([(chart.proto.spec, chart.proto.alt) for chart in app.get("vega_lite_chart")])
    assert len(charts[0]) == 1
    assert charts[0] == charts[1] == charts[2]  # a browser builds a chart anew when one of these changes
    assert all("after epoch 3" in words for words in words_of_charts(app))


def tiles(app: AppTest) -> dict[str, list[str]]:
    """Each student's tile: its number, and the line under it."""
    found = re.findall(r'kd-tile kd-(distilled|scratch)">(.*?)</div>', html_of(app))
    return {model: re.findall("<p [^>]*>(.*?)</p>", tile) for model, tile in found}


def test_between_evaluations_a_tile_shows_the_last_accuracy_or_how_far_training_has_come(app):
    app.session_state["every"] = 2
    seen(app, 3, 1)
    assert drawn(app) == {"distilled": 2}
    assert tiles(app) == {
        "distilled": ["90.00\u00a0%", "after epoch 2 of 10"],
        "scratch": ["–", "epoch 1 of 10"],
    }
    (loss,) = words_of_charts(app)
    accuracy = drawn_in_the_browser(app, "setting")["epochs"]["words"]
    assert accuracy == "Test accuracy by epoch. Distilled: 90.00\u00a0% after epoch 2. Teacher: 99.00\u00a0%."
    assert "after epoch 3" in loss


@pytest.mark.parametrize(
    ("distilled", "scratch", "said"),
    [
        (3, 2, "Both students are learning: epoch 3 of 10"),
        (3, 10, "The distilled student is learning: epoch 4 of 10"),
        (10, 0, "The scratch student is learning: epoch 1 of 10"),
    ],
)
def test_only_models_that_still_learn_are_said_to_learn(distilled, scratch, said):
    history = [{"model": "distilled", "epoch": distilled}, {"model": "scratch", "epoch": scratch}]
    assert hero.doing(RunView("", RunConfig(epochs=10), "running", "students", history=history)) == said
