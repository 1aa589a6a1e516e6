"""Training as one moves: what starts by itself, what waits for Train, what is let go; the trail of runs."""

from __future__ import annotations

import pytest

from kd.config import RunConfig
from kd.lab.runs import Run, Runs
from kd.runs.estimates import Speed
from kd.runs.state import RunView
from tests.pages.on_page import control, drawn_in_the_browser, html_of, is_own, labelled, warnings_of
from tests.stored_runs import save_copy
from ui.train import trail, train_button

ON = {train_button.SWITCH: "true"}
USUAL, FIRST, SECOND = RunConfig(), RunConfig(temperature=4.0), RunConfig(temperature=4.0, alpha=0.5)


def overtake(app, before):
    """Have the browser send the address that it had before."""
    app.query_params.clear()
    app.query_params.update(before)
    return app


def shown_in(app):
    """The run on the page, and whether it is the one that the controls describe."""
    return app.session_state["shown_run"], is_own(app)


@pytest.fixture
def asked(lab, monkeypatch):
    """The runs that are started and stopped; none is computed, and they are shown as if they trained."""
    asked = []

    def start(config, person):
        asked.append(("start", config))
        return Run(config.run_id, lab.runs)

    watch, views = lab.runs.view, {}

    def watched(run_id):
        for act, config in asked:
            if act == "start" and config.run_id == run_id and not lab.store.runs.has(run_id):
                views[run_id] = RunView(run_id, config, "running", "students")
        return views[run_id] if run_id in views else watch(run_id)

    monkeypatch.setattr(lab, "train", start)
    monkeypatch.setattr(Runs, "__getitem__", lambda self, run_id: Run(run_id, self))
    monkeypatch.setattr(Run, "let_go", lambda self, person: asked.append(("let go", self.id)))
    monkeypatch.setattr(lab.runs, "view", watched)
    return asked


def test_a_quick_run_starts_when_a_control_is_let_go_and_the_one_before_is_let_go(open_page, asked):
    app = open_page("train", **ON)
    assert not asked
    usual = dict(app.query_params)
    control(app, "temperature").set_value(4.0).run()
    assert asked == [("start", FIRST)]
    assert "Stop" in labelled(app)
    first = dict(app.query_params)
    overtake(app, usual).run()  # a look at the run that was shown before
    assert shown_in(app) == (FIRST.run_id, True)
    control(overtake(app, usual), "alpha").set_value(0.5).run()
    # in this order, they share the scratch student that both need
    assert asked == [("start", FIRST), ("start", SECOND), ("let go", FIRST.run_id)]
    overtake(app, first).run()
    assert shown_in(app) == (SECOND.run_id, True)


def test_a_link_to_a_run_that_was_left_shows_it(open_page, asked):
    app = open_page("train", **ON)
    control(app, "temperature").set_value(4.0).run()
    app.switch_page("pages/runs.py").run()
    app.switch_page("pages/train.py")
    for run_id in (USUAL.run_id, FIRST.run_id):  # the second was left just now
        overtake(app, {"run": run_id}).run()
        assert app.session_state["shown_run"] == run_id


def test_a_long_run_goes_on_when_a_control_is_moved(open_page, asked):
    long = RunConfig(train_size=60_000, epochs=20)
    asked.append(("start", long))
    app = open_page("train", run=long.run_id, train_size="60000", epochs="20", **ON)
    control(app, "epochs").set_value(1).run()
    assert asked == [("start", long), ("start", long.replace(epochs=1))]


def test_nothing_starts_while_the_switch_is_off(open_page, asked):
    app = open_page("train", **ON)
    labelled(app)["Train as I move"].set_value(False).run()
    assert app.query_params["as_i_move"] in ("false", ["false"])
    control(app, "temperature").set_value(4.0).run()
    assert not asked
    labelled(app)["Train as I move"].set_value(True).run()
    assert asked == [("start", FIRST)]
    assert "as_i_move" not in app.query_params


@pytest.mark.parametrize(
    ("others_wait", "said"),
    [
        (False, "Press Train to see this."),
        (True, "Others are waiting for their runs, so this one waits for Train."),
    ],
)
def test_a_run_waits_for_train_and_says_why(open_page, lab, asked, monkeypatch, others_wait, said):
    monkeypatch.setattr(lab.runs.in_progress, "anybody_else_waits", lambda person: others_wait)
    if not others_wait:
        monkeypatch.setattr(lab.estimates, "_speed", Speed(20.0))
        monkeypatch.setattr(lab.estimates, "_is_read", True)
    app = open_page("train", **ON)
    control(app, "temperature").set_value(4.0).run()
    assert not asked
    assert said in html_of(app)
    control(app, "temperature").set_value(10.0).run()
    assert asked == [("start", USUAL)]  # it is stored, and costs nothing


def test_a_refused_start_is_a_sentence_and_the_page_goes_on(open_page, lab, monkeypatch):
    def refuse(config, person):
        raise ValueError("You already have 20 runs waiting.")

    monkeypatch.setattr(lab, "train", refuse)
    app = open_page("train", **ON)
    control(app, "temperature").set_value(4.0).run()
    assert warnings_of(app) == ["You already have 20 runs waiting."]
    assert "Train" in labelled(app)


def test_epochs_follow_the_images_until_they_are_set_by_hand(open_page):
    app = open_page("train", train_size="320")
    slider = control(app, "train_size")
    assert (slider.value, slider.options[:3], slider.options[-1]) == (320, ["100", "200", "320"], "60,000")
    app = open_page("train")
    control(app, "train_size").set_value(10_000).run()
    assert control(app, "epochs").value == 2
    assert app.query_params["epochs"] in ("2", ["2"])
    control(app, "train_size").set_value(100).run()
    assert control(app, "epochs").value == 160  # not 200: no more than that follow
    control(app, "train_size").set_value(500).run()
    assert control(app, "epochs").value == 40
    assert not {"epochs", "train_size"} & set(app.query_params)
    control(app, "epochs").set_value(7).run()
    control(app, "train_size").set_value(1_000).run()
    assert control(app, "epochs").value == 7


@pytest.fixture
def another(lab, shipped):
    """A second stored run."""
    save_copy(lab.store, shipped.run_id, FIRST)
    yield FIRST
    if lab.store.runs.has(FIRST.run_id):
        lab.store.runs.remove(FIRST.run_id)


def test_runs_before_are_thin_lines_and_points_of_the_trail_that_open_them(open_page, lab, shipped, another):
    app = open_page("train", **ON)
    assert "Hide your last run" not in labelled(app)
    control(app, "temperature").set_value(4.0).run()
    assert app.query_params["run"] in (another.run_id, [another.run_id])
    assert "Thin lines: α 0.1 · T 10 with T²" in drawn_in_the_browser(app, "setting")["epochs"]["words"]
    labelled(app)["Hide your last run"].click().run()
    assert "Hide your last run" not in labelled(app)
    assert "against T, temperature: 2 runs." in html_of(app)
    labelled(app)["Open one of my runs"].set_value(shipped.run_id).run()
    assert app.query_params["run"] in (shipped.run_id, [shipped.run_id])
    assert control(app, "temperature").value == 10.0
    assert is_own(app)
    # one that is deleted elsewhere leaves the chart with a sentence
    labelled(app)["Open one of my runs"].set_value(another.run_id).run()
    labelled(app)["Open one of my runs"].set_value(shipped.run_id).run()
    assert "Hide your last run" in labelled(app)
    lab.runs.delete(another.run_id)
    app.run()
    assert not app.error
    assert warnings_of(app) == [
        "A run that was shown here for comparison has been deleted, so its line is gone."
    ]
    assert "Hide your last run" not in labelled(app)
    lab.runs.restore(another.run_id)


def test_the_trail_is_against_the_field_moved_last_or_any_other_before_the_study_of_the_app(open_page, asked):
    app = open_page("train")
    assert labelled(app)["Plot my runs by"].value == "temperature"
    assert "Behind them, several repeats on average:" in html_of(app)
    labelled(app)["Show the known average"].set_value(False).run()
    assert "Behind them" not in html_of(app)
    control(app, "epochs").set_value(7).run()
    app.run()
    assert labelled(app)["Plot my runs by"].value == "epochs"
    assert "Show the known average" not in labelled(app)  # the study does not vary it
    labelled(app)["Plot my runs by"].set_value("train_size").run()
    assert "against Training images: 1 run." in html_of(app)


def test_a_person_has_so_many_ghosts_and_no_more(lab, monkeypatch):
    monkeypatch.setattr(trail, "person", lambda: "me")
    monkeypatch.setattr(
        lab.runs, "view", lambda run_id: RunView(run_id, RunConfig(), "finished", "done", result={})
    )
    trail.forget_everybody()
    for number in range(9):
        trail.look_at(f"{number:012d}")
    assert [int(view.run_id) for view in trail.ghosts(lab, f"{8:012d}")] == [3, 4, 5, 6, 7]
    assert len(trail.looked_at(lab)) == 9
    trail.look_at(f"{2:012d}")
    assert [int(view.run_id) for view in trail.ghosts(lab, f"{2:012d}")] == [4, 5, 6, 7, 8]
    monkeypatch.setattr(trail, "person", lambda: "you")
    assert trail.looked_at(lab) == []
    trail.forget_everybody()
