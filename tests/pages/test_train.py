"""Train: controls made from a run's fields, a run to look at from the first second, and training."""

import re
import time
from html import unescape

import pytest

from kd.config import FIELDS, RunConfig
from kd.runs.estimate import Speed
from kd.runs.state import RunView
from kd.studies.sure.near import near_note, other_length_note
from kd.text.verdicts import evidence, headline
from kd.text.words import accuracy, duration
from tests.other_process import running_elsewhere
from tests.pages.on_page import chart_titles, html_of, labelled, numbers_of, warnings_of
from tests.stored_runs import save_copy
from ui.shared.server import SECONDS_OF_A_LONG_RUN
from ui.train.form import train_button

SMALL = {"teacher": "notebook", "train_size": "320", "epochs": "2"}
PATIENCE = 240


@pytest.fixture(autouse=True)
def quick_hands(monkeypatch):
    """Clicks follow each other faster here than a person's would."""
    monkeypatch.setattr(train_button, "PAUSE", 0.0)


def test_a_first_visit_shows_the_run_that_came_with_the_app(open_page, shipped):
    app = open_page("train")
    assert "came with the app" in html_of(app)
    assert headline(shipped.result["comparison"], shipped.config) in unescape(html_of(app))
    assert numbers_of(app) == [
        accuracy(shipped.result[model]["test_accuracy"]) for model in ("teacher", "distilled", "scratch")
    ]
    assert evidence(shipped.result["comparison"]) in unescape(html_of(app))
    assert near_note(shipped.config) in unescape(html_of(app))
    assert chart_titles(app) == [
        "Test accuracy by epoch",
        "Your trail: gain over scratch",
        "The distilled student's loss, in two parts",
    ]
    assert labelled(app)["Start from"].value == "default"


def test_what_is_known_of_longer_training_is_one_line_under_the_headline(open_page, shipped):
    said = unescape(html_of(open_page("train", run=shipped.run_id)))
    line = other_length_note(shipped.config)
    assert line.startswith("Trained five times as long, for 3,200 steps: about +")
    assert said.index("After 640 steps") < said.index(line)


def test_the_table_has_every_number_of_the_three_models(open_page, shipped):
    table = open_page("train").table[0].value
    agreement = accuracy(shipped.result["distilled"]["agreement"])
    assert table.loc["Agrees with the teacher", "Distilled"] == agreement
    assert list(table.loc["Parameters"]) == ["1,433,610", "20,490", "20,490"]
    assert list(table.columns) == ["Teacher", "Distilled", "Scratch"]
    assert list(table.index) == [
        "Agrees with the teacher",
        "Parameters",
        "Size on disk",
        "Time per picture",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alpha", "1.5"),
        ("alpha", "nan"),
        ("temperature", "0"),
        ("temperature", "hot"),
        ("temperature_squared", "maybe"),
        ("teacher", "../../etc"),
        ("epochs", "2.5"),
        ("epochs", "9" * 400),
        ("train_size", "-1"),
        ("batch_size", "<script>"),
        ("seed", "1e400"),
    ],
)
def test_a_value_that_is_not_allowed_gets_one_sentence_and_the_default(open_page, name, value):
    app = open_page("train", **{name: value})
    (sentence,) = warnings_of(app)
    assert name in sentence
    assert FIELDS[name].allowed in sentence
    assert labelled(app)[FIELDS[name].label].value == getattr(RunConfig(), name)


def test_the_sentence_disappears_when_a_control_is_moved(open_page):
    app = open_page("train", epochs="0")
    labelled(app)[FIELDS["epochs"].label].set_value(4).run()
    assert warnings_of(app) == []


def test_an_unknown_run_gets_a_sentence_and_another_run(open_page, shipped):
    app = open_page("train", run="no-such-run")
    assert "no-such-run" in warnings_of(app)[0]
    assert app.query_params["run"] == shipped.run_id


def test_stored_settings_are_answered_at_once(open_page, lab, shipped, monkeypatch):
    monkeypatch.setattr(lab._engine, "warm_up", None)
    app = open_page("train", epochs="7")
    labelled(app)[FIELDS["epochs"].label].set_value(shipped.config.epochs).run()
    labelled(app)["Train"].click().run()
    assert app.query_params["run"] == shipped.run_id
    assert "Stop" not in labelled(app)
    assert accuracy(shipped.result["distilled"]["test_accuracy"]) in numbers_of(app)


@pytest.mark.processes
@pytest.mark.usefixtures("one_worker")
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


def test_stop_ends_the_run_and_says_so(open_page, lab):
    app = open_page("train", teacher="notebook", train_size="320", epochs="100", batch_size="1")
    labelled(app)["Train"].click().run()
    labelled(app)["Stop"].click().run()
    run_id = app.query_params["run"]
    deadline = time.monotonic() + PATIENCE
    while lab.runs.view(run_id).active and time.monotonic() < deadline:
        time.sleep(0.1)
    app.run()
    assert lab.runs.view(run_id).status == "stopped"
    assert lab.runs.view(run_id).message in html_of(app)
    assert "Train" in labelled(app)


def test_the_second_half_of_a_double_click_does_not_stop_what_the_first_has_started(
    open_page, lab, shipped, monkeypatch
):
    app = open_page("train", teacher="notebook", train_size="320", epochs="100", batch_size="1", seed="3")
    monkeypatch.setattr(train_button, "PAUSE", 3600.0)
    labelled(app)["Train"].click().run()
    run_id = app.query_params["run"]
    # the browser has not heard of the run yet, and repeats the address it knows
    app.query_params["run"] = shipped.run_id
    labelled(app)["Stop"].click().run()
    assert app.query_params["run"] == run_id
    assert lab.runs.view(run_id).active
    assert "Stop" in labelled(app)
    monkeypatch.setattr(train_button, "PAUSE", 0.0)
    labelled(app)["Stop"].click().run()
    assert lab.runs[run_id].wait(PATIENCE).status == "stopped"


def test_a_stored_run_without_a_teachers_part_says_that_its_students_are_the_same(lab, open_page, shipped):
    config, record = RunConfig(alpha=1.0), lab.store.runs.record(shipped.run_id)
    same = {"difference": 0.0, "p_value": 1.0, "only_distilled_right": 0, "only_scratch_right": 0}
    words = {"sentence": "No difference shown: both are right equally often.", "note": "Another seed …"}
    comparison = {**record["result"]["comparison"], **same, **words}
    result = {**record["result"], "config": config.to_dict(), "comparison": comparison}
    save_copy(lab.store, shipped.run_id, config, result=result)
    text = html_of(open_page("train", run=config.run_id))
    assert "both students are the same by construction" in text
    assert "another seed changes both alike" in text
    assert "No difference shown" not in text
    lab.runs.delete(config.run_id)


DAYS = {"epochs": "100", "train_size": "60000", "batch_size": "1"}


def test_train_asks_before_it_starts_a_run_that_takes_long(open_page, lab, shipped, monkeypatch):
    started = []
    monkeypatch.setattr(lab, "train", lambda config, person: started.append(config) or lab.runs[shipped])
    monkeypatch.setattr(lab.estimates, "_speed", None)
    monkeypatch.setattr(lab.estimates, "_is_read", True)
    app = open_page("train", **DAYS)
    labelled(app)["Train"].click().run()
    assert not started
    assert f"more than {duration(SECONDS_OF_A_LONG_RUN)}." in html_of(app)
    assert "Press again to start it." in html_of(app)
    labelled(app)["Train anyway"].click().run()
    assert started == [RunConfig.from_mapping(DAYS)]


def test_a_double_click_does_not_answer_trains_question(open_page, lab, monkeypatch):
    monkeypatch.setattr(lab, "train", None)
    monkeypatch.setattr(train_button, "PAUSE", 3600.0)
    app = open_page("train", **DAYS)
    labelled(app)["Train"].click().run()
    labelled(app)["Train anyway"].click().run()
    assert "Press again to start it." in html_of(app)
    assert warnings_of(app) == []


def test_train_asks_again_after_a_control_is_moved(open_page, lab, monkeypatch):
    monkeypatch.setattr(lab, "train", None)
    app = open_page("train", **DAYS)
    labelled(app)["Train"].click().run()
    labelled(app)[FIELDS["epochs"].label].set_value(99).run()
    assert "Train anyway" not in labelled(app)
    labelled(app)["Train"].click().run()
    assert "Press again to start it." in html_of(app)


def test_a_fresh_teachers_time_is_given_in_seconds_when_it_takes_seconds(open_page, lab, monkeypatch):
    monkeypatch.setattr(lab.estimates, "_speed", Speed())
    monkeypatch.setattr(lab.estimates, "_is_read", True)
    fresh = {"teacher": "fresh", "teacher_epochs": "1", "teacher_train_size": "3000"}
    app = open_page("train", **fresh, epochs="10", train_size="10000")
    said = re.search(r"About (\d+) s for the teacher and (\d+) s for the students", html_of(app))
    assert 2 < int(said[1]) < 20
    assert int(said[2]) < 10


def test_a_run_of_another_process_offers_no_stop_and_says_whose_it_is(open_page, lab):
    config = {"epochs": "41", "teacher": "notebook"}
    with running_elsewhere(lab.store.home, RunConfig.from_mapping(config)) as run_id:
        app = open_page("train", run=run_id, **config)
        shown = labelled(app)
        assert not [label for label in shown if "Stop" in label]
        assert shown["Train"].disabled
        assert "Another process on this machine is training this run" in html_of(app)
        labelled(app)[FIELDS["epochs"].label].set_value(7).run()
        assert not labelled(app)["Train"].disabled


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({"somebody else"}, "Someone else started this run. Press Train to join:"),
        ({"me", "somebody else"}, "These are the settings of the run shown here."),
    ],
)
def test_the_page_says_so_when_it_shows_somebody_elses_run(open_page, lab, monkeypatch, people, said):
    config = RunConfig(alpha=0.35)
    view = RunView(config.run_id, config, "running", "students", people=frozenset(people))
    watch = lab.runs.view
    monkeypatch.setattr(lab.runs, "view", lambda run_id: view if run_id == view.run_id else watch(run_id))
    monkeypatch.setattr("ui.train.form.train_button.person", lambda: "me")
    app = open_page("train", run=view.run_id)
    assert said in html_of(app)
    assert ("Stop" in labelled(app)) is ("me" in people)
    assert labelled(app)["Start from"].value == "own"
