"""What a link hides and locks on every page, and what it opens."""

from __future__ import annotations

import pytest

from kd.config import RunConfig
from tests.pages.on_page import control, errors_of, html_of, labelled, warnings_of
from tests.stored_runs import save_copy
from ui.shared.links import CONTROLS, FOLDS

# the address that draws most of a page's controls
MOST = {
    "sweep": {"show": "repeats"},
    "draw": {"view": "pull", "way": "test"},
    "experiments": {"experiment": "wrong_labels"},
}
HOME_TO_CLASS = [title.lower() for title in CONTROLS]


def disabled(app) -> dict[str, bool]:
    """Every control on the page by the end of its key → whether it cannot be moved."""
    found = {}
    for widget in (*labelled(app).values(), *app.multiselect, *app.text_input):
        spec = getattr(widget, "spec", None)
        found[spec["name"] if spec else widget.key] = bool(spec["locked"] if spec else widget.disabled)
    return found


def sheets(app) -> list[str]:
    """The page's style sheets, which AppTest keeps apart from its elements."""
    return [each.proto.body for place in app._tree.children.values() for each in place.get("html")]


@pytest.mark.parametrize("name", HOME_TO_CLASS)
def test_a_link_hides_and_locks_any_control_and_one_press_brings_them_back(open_page, name):
    names = CONTROLS[name.title()]
    movable = [each for each in names if each not in FOLDS]
    query = {**MOST.get(name, {}), "hide": ",".join(names), "lock": ",".join(movable)}
    app = open_page(name, **query)
    assert not warnings_of(app)
    free = {key for key, value in disabled(app).items() if not value and key in movable}
    assert not free
    assert any(disabled(app).values())
    hidden = next(sheet for sheet in sheets(app) if "data-name" in sheet)
    assert all(f'[data-name="{each}"]' in hidden for each in names)
    assert "hides or locks some controls here" in html_of(app)
    labelled(app)["Show all controls"].click().run()
    assert "hides or locks" not in html_of(app)
    assert "hide" not in app.query_params
    assert "lock" not in app.query_params


def test_a_projector_has_the_way_back_too(open_page):
    app = open_page("train", lock="alpha", present="true")
    labelled(app)["Show all controls"].click().run()
    assert "lock" not in app.query_params
    assert "Show all controls" not in labelled(app)


def test_a_name_that_no_control_has_is_said_once_and_the_others_hold_from_page_to_page(open_page):
    app = open_page("train", hide="alpha,images", lock="temperature,<b>", temperature="20")
    said = "No control is called “{}”, so “{}” in the address leaves it as it is."
    assert warnings_of(app) == [said.format("images", "hide"), said.format("<b>", "lock")]
    assert control(app, "temperature").spec["locked"] == "Locked by the link you opened."
    assert control(app, "temperature").value == 20  # of the link
    app.switch_page("pages/runs.py").run()
    held = [app.query_params[name] for name in ("hide", "lock")]
    assert held in (["alpha", "temperature"], [["alpha"], ["temperature"]])
    assert "hides or locks" not in html_of(app)  # nothing is, here


def test_what_a_browser_says_of_a_locked_control_is_not_taken_over_nor_what_a_preset_does(open_page):
    app = open_page("train", lock="temperature")
    control(app, "temperature").set_value(20.0).run()
    assert app.session_state["temperature"] == RunConfig().temperature
    labelled(app)["Start from"].set_value("notebook").run()
    assert app.session_state["train_size"] == 10_000
    assert app.session_state["temperature"] == RunConfig().temperature


def test_a_locked_control_stays_when_a_run_is_opened_that_has_another_value_and_that_is_said(open_page, lab):
    other = RunConfig(temperature=4.0, seed=3)
    save_copy(lab.store, RunConfig().run_id, other)
    app = open_page("train", temperature="20", lock="temperature")
    app.query_params = {"run": other.run_id}
    app.run()
    assert (app.session_state["seed"], app.session_state["temperature"]) == (3, 20.0)
    assert control(app, "temperature").spec["locked"]
    assert warnings_of(app) == [
        "The link you opened locks “T, temperature”, so the controls are not set as in this run."
    ]
    # a link that names a run alone locks what it has
    assert open_page("train", run=other.run_id, lock="temperature").session_state["temperature"] == 4.0


def test_a_locked_control_is_moved_by_no_other_one(open_page):
    app = open_page("draw", way="test", picture="7", lock="picture")
    labelled(app)["Random"].click().run()
    assert app.session_state["picture"] == 7
    assert warnings_of(app) == ["“Test picture” stays as it is: the link you opened locks it."]


def test_a_step_of_a_path_brings_back_what_it_needs_and_says_so(open_page):
    held = "alpha,temperature"
    query = {"path": "five", "step": "2", "train_size": "10000", "alpha": "0.3"}
    app = open_page("train", **query, hide="temperature", lock=held)
    labelled(app)["Skip"].click().run()
    assert not control(app, "temperature").spec["locked"]
    assert control(app, "alpha").value == 0.3
    assert app.query_params["lock"] in ("alpha", ["alpha"])
    assert "hide" not in app.query_params
    words = "This step needs “T, temperature”, which the link you opened had hidden or locked."
    assert warnings_of(app) == [words]


def test_locked_epochs_stay_while_the_images_move_and_a_preset_that_a_lock_forbids_says_why(open_page):
    app = open_page("train", lock="epochs")
    control(app, "train_size").set_value(500).run()
    assert app.session_state["train_size"] == 500
    assert app.session_state["epochs"] == RunConfig().epochs
    app = open_page("train", labelled="0", alpha="0", lock="labelled")
    labelled(app)["Start from"].set_value("notebook").run()
    assert "labelled must be at least 1" in warnings_of(app)[0]
    assert app.session_state["alpha"] == 0


def test_a_parameter_that_is_said_twice_counts_twice(open_page):
    app = open_page("train", lock=["alpha", "temperature"])
    assert control(app, "alpha").spec["locked"]
    assert control(app, "temperature").spec["locked"]


def test_a_link_that_no_code_can_hold_is_text(open_page):
    app = open_page("runs", unknown="x" * 3000)
    labelled(app)["Share"].click().run()
    assert not errors_of(app)
    assert "too long for a QR code" in html_of(app)


def test_a_link_says_the_usual_setting_beside_another_run(open_page, lab):
    other = RunConfig(seed=3)
    save_copy(lab.store, RunConfig().run_id, other)
    app = open_page("train", run=other.run_id)
    control(app, "temperature").set_value(20.0).run()
    labelled(app)["Seed"].set_value(RunConfig().seed).run()
    control(app, "temperature").set_value(RunConfig().temperature).run()
    shared = {name: app.query_params[name] for name in ("run", "seed")}
    assert shared in ({"run": other.run_id, "seed": "0"}, {"run": [other.run_id], "seed": ["0"]})
    there = open_page("train", **shared)
    assert there.session_state["seed"] == RunConfig().seed == 0
    assert there.query_params["run"] in (RunConfig().run_id, [RunConfig().run_id])


@pytest.mark.parametrize("beside", [RunConfig().run_id, "0" * 12])
def test_a_link_opens_the_setting_that_it_names_not_the_run_beside_it(open_page, lab, beside):
    other = RunConfig(seed=3)
    save_copy(lab.store, RunConfig().run_id, other)
    app = open_page("train", run=beside, seed="3")
    assert app.query_params["run"] in (other.run_id, [other.run_id])
    assert not warnings_of(app)
