"""A verdict that gets surer with more seeds: in words, as dots, and with buttons for still more."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace

import pytest

from kd.config import RunConfig
from kd.lab.ahead import Ahead
from kd.lab.seeds import Seeds, SeedsView
from kd.text.verdicts import evidence_of_seeds, surer_headline
from tests.pages.on_page import headline_of, html_of, warnings_of
from tests.stored_runs import save_copy
from ui.shared import steady_button
from ui.train import hero, repeats

ONE = SeedsView(runs={0: "a"}, differences={0: 0.0797}, verdict=None, training=True, wanted=5)
ROW = {"seeds": 5, "judged_seeds": 5, "next_seeds": 10, "difference": 6.52, "low": 5.92, "high": 7.12}
ROW |= {"p": 0.00002, "verdict": "helps"}
ROW |= {"teacher_accuracy": 0.99, "distilled_accuracy": 0.91604, "scratch_accuracy": 0.85084}
FIVE = SeedsView(
    runs={seed: "a" for seed in range(5)},
    differences={0: 0.0797, 1: 0.06, 2: 0.07, 3: 0.055, 4: 0.062},
    verdict=ROW,
    training=False,
    wanted=5,
)


@pytest.fixture
def known(monkeypatch):
    """What the lab knows of the seeds, and what it is asked for."""
    known = {"seeds": ONE, "looked": [], "more": []}
    monkeypatch.setattr(Seeds, "view", lambda self, config: known["seeds"])
    monkeypatch.setattr(Ahead, "look_at", lambda self, config, person: known["looked"].append(config))
    monkeypatch.setattr(Seeds, "more", lambda self, config, number, person: known["more"].append(number))
    return known


def dots(app) -> int:
    return len(re.findall(r'<span style="left:', html_of(app)))


def test_one_seed_becomes_five_and_the_verdict_deepens(open_page, lab, known, monkeypatch):
    monkeypatch.setattr(repeats, "person", lambda: "me")
    monkeypatch.setattr(repeats, "script_run", lambda: SimpleNamespace(session_id="mine"))
    app = open_page("train")
    assert known["looked"][-1] == RunConfig()
    assert "this run's distilled student is " in headline_of(app)
    assert "1 of 5 repeats" in html_of(app)
    assert dots(app) == 1
    assert hero.seconds(lab, RunConfig().run_id) is not None
    known["seeds"] = FIVE
    assert hero.seconds(lab, RunConfig().run_id) is None
    app.run()
    text = unescape(html_of(app))
    assert headline_of(app).startswith(surer_headline(FIVE.verdict, RunConfig()))
    assert "5 repeats, mean +6.5, likely 5.9 to 7.1" in text
    assert "91.60\u00a0%" in text  # of the same five
    assert text.count("mean of 5 repeats") == 2
    assert "0: 7.97, 1: 6.00, 2: 7.00, 3: 5.50, 4: 6.20." in text
    assert dots(app) == 5
    assert evidence_of_seeds(FIVE.verdict) in text


def test_one_button_asks_for_more_repeats_says_how_long_it_takes_and_stops_them(
    open_page, known, monkeypatch
):
    known["seeds"] = FIVE
    app = open_page("train")
    button = app.button(key="more_repeats")
    assert button.label.startswith("10 repeats, ")
    button.click().run()
    assert known["more"] == [10]
    known["seeds"] = SeedsView(FIVE.runs, FIVE.differences, ROW, training=True, wanted=10)
    monkeypatch.setattr(Seeds, "asked", lambda self, config, person: 10)
    stopped = []
    monkeypatch.setattr(Seeds, "stop", lambda self, person: stopped.append(person))
    app.run()
    assert "5 of 10 repeats" in html_of(app)
    assert app.button(key="more_repeats").label == "Stop"
    app.button(key="more_repeats").click().run()
    assert not stopped  # the second half of a double click
    monkeypatch.setattr(steady_button, "PAUSE", 0.0)
    app.button(key="more_repeats").click().run()
    assert len(stopped) == 1

    def refuse(self, config, number, person):
        raise OSError("The study cannot be recorded.")

    monkeypatch.setattr(Seeds, "asked", lambda self, config, person: 0)
    monkeypatch.setattr(Seeds, "more", refuse)
    app.run()
    assert app.button(key="more_repeats").label.startswith("20 repeats, ")
    app.button(key="more_repeats").click().run()
    assert warnings_of(app) == ["The study cannot be recorded."]


def test_students_that_are_the_same_by_construction_have_no_seeds_to_compare(open_page, lab, shipped, known):
    config = RunConfig(alpha=1.0)
    record = lab.store.runs.record(shipped.run_id)
    same = {"difference": 0.0, "p_value": 1.0, "only_distilled_right": 0, "only_scratch_right": 0}
    result = {**record["result"], "comparison": {**record["result"]["comparison"], **same}}
    save_copy(lab.store, shipped.run_id, config, result=result)
    known["seeds"] = FIVE
    app = open_page("train", run=config.run_id)
    assert "both students are the same by construction." in headline_of(app)
    assert "another seed changes both alike" in html_of(app)
    assert "No difference shown" not in html_of(app)
    assert dots(app) == 0
    assert not [button for button in app.button if button.key == "more_repeats"]
    lab.runs.delete(config.run_id)
