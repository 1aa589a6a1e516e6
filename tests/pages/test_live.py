"""The part of Train that follows a run draws its current state."""

import pyarrow as pa
from streamlit.testing.v1 import AppTest

from tests.pages.on_page import words_of_charts


def page():
    """A page with a run whose history is in the session, where the test extends it."""
    import streamlit as st

    from kd.config import RunConfig
    from kd.runs.state import RunView
    from ui.train import live

    class Watched:
        def watch(self, run_id):
            return view

    loss = {"loss": 1.0, "student_loss": 1.0, "distillation_loss": 1.0, "accuracy": 0.5}
    history = [
        {"event": "epoch", "model": model, "epoch": epoch, "epochs": 10, "val_accuracy": 0.9, **loss}
        for model, epochs in st.session_state["epochs"].items()
        for epoch in range(1, epochs + 1)
    ]
    view = RunView(
        "0" * 12,
        RunConfig(),
        st.session_state.get("status", "stopped"),
        "done",
        history=history,
        teacher_accuracy=0.99,
    )
    live.follow(Watched(), view)


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
