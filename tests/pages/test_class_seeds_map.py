"""What a class trains: the wall and a phone, of repeats and of a map, with stored runs."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from kd.classes.map import Map
from kd.classes.seeds import Seeds
from kd.config import RunConfig
from kd.store.classes import STOPPED
from tests.pages.on_page import chart_titles, html_of
from tests.pages.test_every_sentence import escaped, without_help
from tests.stored_runs import save_copy
from ui.classes import room as page

SETTING = RunConfig(epochs=7)
PEOPLE = ("ann", "ben", "cy", "di", "eve")
GAINS = (4.9, 6.1, -0.4, 5.2, 7.3)


@pytest.fixture
def room_of(lab):
    """A function that opens a class whose five people have joined, and that has begun."""

    def room_of(activity: Any) -> Any:
        room = lab.classes.open([activity], "host")
        for person in PEOPLE:
            room.join(person, person.title())
        room.start()
        return room

    return room_of


@pytest.fixture
def seen_by(open_page, monkeypatch):
    """A function that opens a class as one of its people sees it."""

    def seen_by(person: str, room: Any) -> Any:
        monkeypatch.setattr(page, "person", lambda: person)
        return open_page("class", code=room.code)

    return seen_by


def store(lab, config: RunConfig, gain: float) -> None:
    """Store a run whose distilled student gained so many points over 85 %."""
    result = lab.store.runs.record(RunConfig().run_id)["result"]
    right = 8500 + round(100 * gain)
    models = {"distilled": right, "scratch": 8500}
    found = {
        name: {**result[name], "test_accuracy": number / 10_000, "right_in_blocks": None}
        for name, number in models.items()
    }
    counts = {"only_distilled_right": right - 8000, "only_scratch_right": 500}
    result = {**result, **found, "comparison": {**result["comparison"], **counts}}
    save_copy(lab.store, RunConfig().run_id, config, result=result)


def table_of(app: Any, key: str = "") -> dict[str, Any]:
    """What a map of cells is told, by the beginning of its caption."""
    told = [
        json.loads(each.proto.json)
        for each in app.get("bidi_component")
        if "cells" in each.proto.component_name
    ]
    return next(each for each in told if each["titles"][2].startswith(key))


def boxes_of(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in told["cells"]}


def test_a_class_trains_its_repeats_and_hears_the_verdict_once_it_is_frozen(lab, room_of, seen_by):
    activity = Seeds(SETTING)
    room = room_of(activity)
    for number, gain in enumerate(GAINS):
        store(lab, activity.config(None, number, ()), gain)
    wall = seen_by("host", room)
    assert "No student has been trained yet." in html_of(wall)
    phone = seen_by("ann", room)
    button = phone.button(key="class_train")
    assert button.label.startswith("Train my student")
    button.click().run()
    assert "Your student gained 4.9 percentage points." in html_of(phone)
    assert "89.90\u00a0% with the teacher, 85.00\u00a0% without." in html_of(phone)
    for person in PEOPLE[1:]:
        room.answer(person)
    wall = seen_by("host", room)
    said = unescape(html_of(wall))
    assert "4 of 5 students did better with the teacher, +4.6 points on average" in said
    assert "The teacher helps" not in said
    assert "The first to land (ringed: Ann) came to +4.90 points" in said
    assert chart_titles(wall) == ["Gain of each student, in percentage points", "Mean gain, repeat by repeat"]
    room.show_names(False)
    assert "Ann" not in html_of(seen_by("host", room))
    room.freeze()
    phone = seen_by("cy", room)
    assert "Your student lost 0.4 percentage points. 5th of 5." in html_of(phone)
    assert len(re.findall(r'<span[^>]* style="left:', html_of(phone))) == 5
    assert "The verdict rests on all 5 repeats." in html_of(seen_by("host", room))


def test_a_student_whose_training_was_stopped_is_trained_again(lab, room_of, seen_by, monkeypatch):
    room = room_of(Seeds(SETTING.replace(seed=100)))
    monkeypatch.setattr(lab.classes, "train", lambda config, person: None)
    room.answer("ann")
    assert "Your student is learning." in html_of(seen_by("ann", room))
    assert "1 is still training. The verdict comes once" in html_of(seen_by("host", room))
    room.stop("ann")
    assert room.view().answers[0].status == STOPPED
    phone = seen_by("ann", room)
    assert "training was stopped" in html_of(phone)
    assert phone.button(key="class_train").label.startswith("Train again")
    store(lab, SETTING.replace(seed=100), 5.0)
    phone.button(key="class_train").click().run()
    assert "Your student gained 5.0 percentage points." in html_of(phone)
    room.freeze()
    assert "You trained no student this time." in html_of(seen_by("ben", room))


def test_a_class_paints_its_map_beside_the_included_one(lab, room_of, seen_by):
    asked = Map(setting=SETTING.replace(epochs=40, seed=200))
    room = room_of(asked)
    for person, name, gain in zip(PEOPLE, ("0.1,10", "0.1,10", "0,1", "0.9,4", "0.5,50"), GAINS, strict=True):
        if person != "ann":
            store(lab, asked.config(name, 0, room.view().answers), gain)
            room.answer(person, name, name)
    phone = seen_by("ann", room)
    boxes = boxes_of(table_of(phone))
    assert (boxes["0.1,10"]["gain"], boxes["0.1,10"]["who"]) == ("+6.1", "Ben")
    assert (boxes["0,1"]["gain"], boxes["0,1"]["kind"]) == ("−0.4", "kd-hurts")
    assert boxes["0.5,1"]["who"] == "free"
    key = "class-cells-0-0"
    phone.session_state[key] = {"cell": "no such cell"}
    phone.run()
    phone.session_state[key] = {"cell": "0.1,10"}
    phone.run()
    assert "α 0.1, T 10: +6.1 points (1 repeat: Ben)." in html_of(phone)
    store(lab, asked.config("0.1,10", 0, room.view().answers), GAINS[0])
    phone.button(key="class_train").click().run()
    assert "α 0.1, T 10: Your student gained 4.9 percentage points. This cell is 2nd of 4." in html_of(phone)
    mine = boxes_of(table_of(phone))["0.1,10"]
    assert (mine["gain"], mine["who"], mine["kind"]) == ("+5.5", "you", "kd-helps kd-yours")
    assert [
        each.config.seed for each in map(lab.runs.view, {each.run_id for each in room.view().answers})
    ].count(201) == 1

    wall = seen_by("host", room)
    said = "4 of 24 cells painted. Best so far: +7.3 points at α 0.5, T 50 (1 repeat)"
    assert f"{said}." in html_of(wall)
    ours = boxes_of(table_of(wall, "Your class"))
    assert (ours["0.1,10"]["gain"], ours["0.1,10"]["who"]) == ("+5.5 ?", "Ben, Ann")
    room.show_names(False)
    assert "Ben" not in json.dumps(table_of(seen_by("host", room), "Your class"))
    room.reveal()
    wall = seen_by("host", room)
    assert "in the included study +6.3 at α 0.5, T 20." in html_of(wall)
    theirs = boxes_of(table_of(wall, "Included study"))
    assert theirs["0.5,20"]["gain"] == "+6.3"
    assert "kd-hatched" in theirs["0.9,1"]["kind"]
    phone = seen_by("di", room)
    assert not [each for each in phone.button if each.key == "class_train"]


def untold(app: Any, room: Any) -> set[str]:
    """What is not in the reader's language, but for the class's code and the key that leaves the wall."""
    return {each for each in escaped(app) if room.code not in each and not each.startswith("button shortcut")}


@pytest.mark.usefixtures("pseudo_language")
@pytest.mark.parametrize(
    "activity", [Seeds(SETTING.replace(seed=300)), Map(setting=SETTING.replace(seed=300))]
)
def test_everything_is_said_in_the_readers_language_and_each_control_explained(
    lab, seen_by, activity, monkeypatch
):
    room = lab.classes.open([activity], "host")
    for person in PEOPLE:
        room.join(person)  # animals have names in every language
    room.start()
    given = ("0,1", "0,1") if isinstance(activity, Map) else (None, "")
    store(lab, activity.config(given[0], 0, ()), 5.0)
    room.answer("ann", *given)
    monkeypatch.setattr(lab.classes, "train", lambda config, person: None)
    room.answer("ben", *given)
    for person in ("host", "ann", "ben", "cy"):
        app = seen_by(person, room)
        assert not app.error
        assert untold(app, room) == set()
        assert without_help(app._tree) == []
    room.stop()
    assert untold(seen_by("ben", room), room) == set()
    room.reveal()
    assert untold(seen_by("host", room), room) == set()
    assert untold(seen_by("ann", room), room) == set()
