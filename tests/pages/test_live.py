"""The part of Train that follows a run draws its current state."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from kd.config import RunConfig
from kd.runs.state import RunView
from tests.pages.on_page import drawn_in_the_browser, html_of, words_of_charts
from ui.train import hero

CONFIG = RunConfig(epochs=10, seed=8)
LOSS = {"loss": 1.0, "student_loss": 1.0, "distillation_loss": 1.0, "accuracy": 0.5}


@pytest.fixture
def seen(open_page, lab, monkeypatch):
    """A function that shows the run after so many epochs of its students, each `every` of them evaluated."""
    apps, watch = [], lab.runs.view

    def seen(distilled: int, scratch: int, every: int = 1) -> AppTest:
        history = [
            {"event": "epoch", "model": model, "epoch": epoch, "epochs": 10, **LOSS}
            | {"val_accuracy": None if epoch % every else 0.9}
            for model, epochs in {"distilled": distilled, "scratch": scratch}.items()
            for epoch in range(1, epochs + 1)
        ]
        parts = {"history": history, "teacher_accuracy": 0.99}
        view = RunView(CONFIG.run_id, CONFIG, "stopped", "done", **parts)
        monkeypatch.setattr(lab.runs, "view", lambda run_id: view if run_id == view.run_id else watch(run_id))
        if not apps:
            apps.append(open_page("train", run=CONFIG.run_id))
        return apps[0].run()

    return seen


def drawn(app: AppTest) -> dict[str, int]:
    """The last epoch of each student in the first chart."""
    lines = drawn_in_the_browser(app, "setting")["epochs"]["lines"]
    return {line["role"]: line["points"][-1][0] for line in lines if line["role"] != "teacher"}


def test_a_live_chart_shows_how_far_each_model_has_got_and_keeps_its_specification(seen):
    charts = []
    for distilled, scratch in ((2, 1), (1, 2), (3, 3)):
        app = seen(distilled, scratch)
        assert drawn(app) == {"distilled": distilled, "scratch": scratch}
        charts.append([(chart.proto.spec, chart.proto.alt) for chart in app.get("vega_lite_chart")])
    assert len(charts[0]) == 1
    assert charts[0] == charts[1] == charts[2]  # a browser builds a chart anew when one of these changes
    assert all("after epoch 3" in words for words in words_of_charts(app))


def tiles(app: AppTest) -> dict[str, list[str]]:
    """Each student's tile: its number, and the line under it."""
    found = re.findall(r'kd-tile kd-(distilled|scratch)">(.*?)</div>', html_of(app))
    return {model: re.findall("<p [^>]*>(.*?)</p>", tile) for model, tile in found}


def test_between_evaluations_a_tile_shows_the_last_accuracy_or_how_far_training_has_come(seen):
    app = seen(3, 1, every=2)
    assert drawn(app) == {"distilled": 2}
    assert tiles(app) == {
        "distilled": ["90.00\u00a0%", "after epoch 2 of 10"],
        "scratch": ["–", "epoch 1 of 10"],
    }
    (loss,) = words_of_charts(app)
    accuracy = drawn_in_the_browser(app, "setting")["epochs"]["words"]
    assert accuracy == "Test accuracy by epoch. Distilled: 90.00\u00a0% after epoch 2. Teacher: 99.00\u00a0%."
    assert "after epoch 3" in loss


def test_a_run_that_was_stopped_is_offered_again(seen):
    assert "Press Train to run it again." in html_of(seen(1, 1))


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
