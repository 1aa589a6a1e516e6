"""Train: a run to look at from the first second, an address that is refused in sentences, and training."""

import re
from html import unescape

import pytest
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state.session_state import SessionState

from kd.config import STUDENTS, RunConfig
from kd.runs.state import RunView
from kd.studies.sure.near import near_note, other_length_note
from kd.text.verdicts import evidence, headline
from kd.text.words import accuracy, duration
from tests.fake_engine import FakeEngine
from tests.other_process import running_elsewhere
from tests.pages.on_page import chart_titles, control, html_of, labelled, numbers_of, warnings_of
from ui.shared import steady_button
from ui.train import controls, train_button

SMALL = {"teacher": "notebook", "train_size": "320", "epochs": "40"}
DAYS = {"epochs": "100", "train_size": "60000", "batch_size": "1"}
PATIENCE = 240


@pytest.fixture(scope="module")
def engine():
    """Trains nothing, and takes 2 s for 40 epochs of two students."""
    return FakeEngine(at_once=2, seconds_an_epoch=0.05)


@pytest.fixture(autouse=True)
def quick_hands(monkeypatch):
    """Clicks follow each other faster here than a person's would."""
    monkeypatch.setattr(steady_button, "PAUSE", 0.0)


def test_a_first_visit_shows_the_run_that_came_with_the_app(open_page, shipped):
    app = open_page("train")
    text = unescape(html_of(app))
    assert "came with the app" in text
    assert headline(shipped.result["comparison"], shipped.config) in text
    assert evidence(shipped.result["comparison"]) in text
    assert near_note(shipped.config) in text
    line = other_length_note(shipped.config)
    assert line.startswith("Trained five times as long, for 3,200 steps: about +")
    assert text.index("After 640 steps") < text.index(line)
    assert numbers_of(app) == [
        accuracy(shipped.result[model]["test_accuracy"]) for model in ("teacher", "distilled", "scratch")
    ]
    assert chart_titles(app) == [
        "Your trail: gain over scratch",
        "The distilled student's loss, in two parts",
    ]
    assert labelled(app)["Start from"].value == "default"
    cells = [re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr>(.*?)</tr>", text)]
    table = {row[0]: row[1:] for row in cells}
    assert table["Agrees with the teacher"][1] == accuracy(shipped.result["distilled"]["agreement"])
    assert table["Parameters"] == ["1,433,610", "20,490", "20,490"]
    assert [*table][3:] == ["Size on disk", "Time per picture"]
    fixed, broken = (shipped.result["comparison"][f"only_{name}_right"] for name in STUDENTS)
    assert f"Fixed: {fixed}. Only the distilled student reads them right." in text
    assert f"Broken: {broken}. Only scratch reads them right." in text


def test_drawing_the_page_again_sends_few_messages_and_seldom_walks_over_the_session(open_page, monkeypatch):
    app = open_page("train", {controls.DRAWER: False})
    counted = {"messages": 0, "walks": 0}
    send, walk = ScriptRunContext.enqueue, SessionState.filtered_state.fget

    def enqueue(self, message):
        counted["messages"] += 1
        send(self, message)

    def filtered_state(self):
        counted["walks"] += 1
        return walk(self)

    monkeypatch.setattr(ScriptRunContext, "enqueue", enqueue)
    monkeypatch.setattr(SessionState, "filtered_state", property(filtered_state))
    app.run()
    assert 40 < counted["messages"] <= 80  # each wakes the server's other thread
    assert counted["walks"] <= 4  # a choice takes one


def test_training_shows_stop_then_the_result_and_outlives_the_page(open_page, lab):
    app = open_page("train", **SMALL)
    labelled(app)["Train"].click().run()
    shown = labelled(app)
    assert "Train" not in shown
    assert shown["Stop"].help
    run_id = app.query_params["run"]
    assert run_id == RunConfig.from_mapping(SMALL).run_id
    # a new visitor without an address sees the run that trains
    assert open_page("train").query_params["run"] == run_id
    view = lab.runs[run_id].wait(PATIENCE)
    assert view.status == "finished", view.message
    app.run()
    assert "Train" in labelled(app)
    assert numbers_of(app)[1] == accuracy(view.result["distilled"]["test_accuracy"])
    assert numbers_of(open_page("train", run=run_id)) == numbers_of(app)


def test_train_asks_before_it_starts_a_run_that_takes_long(open_page, lab, shipped, monkeypatch):
    started = []
    monkeypatch.setattr(lab, "train", lambda config, person: started.append(config) or lab.runs[shipped])
    monkeypatch.setattr(lab.estimates, "_speed", None)
    monkeypatch.setattr(lab.estimates, "_is_read", True)
    monkeypatch.setattr(steady_button, "PAUSE", 3600.0)
    app = open_page("train", **DAYS)
    labelled(app)["Train"].click().run()
    labelled(app)["Train anyway"].click().run()  # the second half of a double click is no answer
    assert f"more than {duration(train_button.SECONDS_OF_A_LONG_RUN)}." in html_of(app)
    assert "Press again to start it." in html_of(app)
    assert warnings_of(app) == []
    monkeypatch.setattr(steady_button, "PAUSE", 0.0)
    control(app, "epochs").set_value(99).run()
    assert "Train anyway" not in labelled(app)  # it was asked about another run
    labelled(app)["Train"].click().run()
    assert not started
    labelled(app)["Train anyway"].click().run()
    assert started == [RunConfig.from_mapping({**DAYS, "epochs": "99"})]


def test_a_run_of_another_process_offers_no_stop_and_says_whose_it_is(open_page, lab):
    config = {"epochs": "41", "teacher": "notebook"}
    with running_elsewhere(lab.store.home, RunConfig.from_mapping(config)) as run_id:
        app = open_page("train", run=run_id, **config)
        shown = labelled(app)
        assert not [label for label in shown if "Stop" in label]
        assert shown["Train"].disabled
        assert "Another process on this machine is training this run" in html_of(app)
        control(app, "epochs").set_value(7).run()
        assert not labelled(app)["Train"].disabled


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({"somebody else"}, "Someone else started this run. Press Train to join:"),
        ({"me", "somebody else"}, ""),
    ],
)
def test_the_page_says_so_when_it_shows_somebody_elses_run(open_page, lab, monkeypatch, people, said):
    config = RunConfig(alpha=0.35)
    view = RunView(config.run_id, config, "running", "students", people=frozenset(people))
    watch = lab.runs.view
    monkeypatch.setattr(lab.runs, "view", lambda run_id: view if run_id == view.run_id else watch(run_id))
    monkeypatch.setattr("ui.train.train_button.person", lambda: "me")
    app = open_page("train", run=view.run_id)
    assert said in html_of(app)
    assert ("Stop" in labelled(app)) is ("me" in people)
    assert labelled(app)["Start from"].value == "own"
