"""The paths: every step opens undone, is noticed once it is done, and says what was seen."""

from __future__ import annotations

import re
from html import unescape
from string import Formatter

import numpy as np
import pytest

from kd.studies.few_images import few_images
from kd.text.paths import PATHS, STEPS
from tests.pages.on_page import html_of, labelled, move
from ui.shared import seen, steady_button
from ui.shared.frame import PAGES

MOVES = {
    "doubts": ("voices", {"T": 8.0}),
    "few": ("setting", {"train_size": 500}),
    "many": ("setting", {"train_size": 10_000}),
    "temperature": ("setting", {"temperature": 10.0}),
    "squared": ("setting", {"temperature_squared": False}),
    "sure": ("adding-seeds", {"point": 4}),
}
"""What a person does at a step with a control of the browser's own: its channel, and its value."""

NUMBERS = {
    "doubts": ["8", "7", "96.4", "30.8", "8", "20.3"],
    "guess": ["87", "93", "5", "75"],
    "few": ["500", "93.06", "86.91", "6.15"],
    "many": ["500", "6.1", "10,000", "0.1"],
    "temperature": ["1", "0.6", "10", "6.1", "5.3", "6.8", "5"],
    "squared": ["6.2", "1.9", "0.7", "3.2", "5", "10", "100"],
    "class": [],
    "sure": ["6.15", "5", "6.06", "5.3", "6.8"],
    "map": ["100", "1", "0.6"],
    "digit": ["7", "7", "4"],
}
"""The numbers that each step then says, or the first of them, with the included run and study."""


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(steady_button, "PAUSE", 0.0)


def said(app) -> str:
    """What the strip says; nothing where there is none."""
    found = re.search(r'<section class="kd kd-path.*?<span role="status">(.*?)</span>', html_of(app))
    return unescape(found.group(1)) if found else ""


def do(app, name: str, mnist) -> None:
    """Does what a step asks for, as a browser would say it."""
    if name in MOVES:
        channel, values = MOVES[name]
        move(app, channel, **values)
    elif name == "guess":
        labelled(app)["Show me"].click().run()
    elif name == "class":
        labelled(app)["Open the class"].click().run()
    elif name == "map":
        app.session_state["cell"] = 0
        app.run()
    else:
        picture = mnist.x_test[4498] / np.float32(255)
        app.session_state["drawings"] = {"drawing 0": picture}
        app.session_state["drawings_tally"] = {"drawing 0": False}
        app.run()


@pytest.mark.parametrize("which", PATHS)
def test_each_step_is_done_by_doing_it_and_says_what_was_seen(which, open_page, mnist):
    path = PATHS[which]
    app = open_page("home", {"as_i_move": False})
    labelled(app)[path.title].click().run()
    for number, name in enumerate(path.names, 1):
        step = STEPS[name]
        assert said(app) == step.do, name
        assert app.query_params["path"] in (which, [which])
        app.session_state["as_i_move"] = False
        do(app, name, mnist)
        assert not app.exception
        assert said(app) not in ("", step.do), name
        found = re.findall(r"\d[\d.,]*\d|\d", said(app))
        assert found[: len(NUMBERS[name])] == NUMBERS[name], said(app)
        labelled(app)["Finish" if number == len(path.names) else "Next"].click().run()
    assert said(app) == ""
    assert app.title[0].value.startswith("A small network")


def test_the_data_is_sound():
    assert sum(step.minutes for step in PATHS["lesson"].steps) == 45
    pages = {label.lower() for _file, label, _icon in PAGES}
    for name, step in STEPS.items():
        assert step.page in pages
        asked = {field for _text, field, *_rest in Formatter().parse(step.seen) if field}
        assert bool(asked) is (name != "class"), name
        assert all((step.title, step.do, step.see, step.ask, step.surprise))
        assert name in seen.NUMBERS
    verdict = few_images().verdict
    assert f"likely {verdict['low']:.1f} to {verdict['high']:.1f}" in STEPS["guess"].surprise
    assert STEPS["few"].link == "train?train_size=10000&epochs=2"


def test_a_path_that_was_left_is_gone_on_with_and_a_link_begins_anywhere(open_page):
    app = open_page("train", path="five", step="3")
    assert app.query_params["temperature"] in ("1", ["1"])  # at its usual value, the step would be done
    assert said(app) == STEPS["temperature"].do
    assert said(open_page("train", path="five", step="3", temperature="10")) != STEPS["temperature"].do
    app.switch_page("pages/runs.py").run()
    assert said(app) == "The next step is on another page."
    labelled(app)["Leave"].click().run()
    assert said(app) == ""
    assert "path" not in app.query_params
    app.switch_page("app.py").run()
    labelled(app)["Back to “Five minutes to see it”, step 3"].click().run()
    assert app.title[0].value == "Train"
    assert said(app) == STEPS["temperature"].do


def test_an_address_with_no_such_path_says_so(open_page):
    app = open_page("home", path="<b>six", step="99")
    assert [warning.value for warning in app.warning]
    assert said(app) == ""
    assert said(open_page("draw", path="five", step="99")) != ""
