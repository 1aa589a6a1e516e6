"""Home: one picture and four voices, and ways into the app."""

from html import unescape

import numpy as np
import pytest

from kd.config import RunConfig
from kd.studies.few_images import answer_sentence, few_images
from kd.studies.shipped import LONG
from tests.pages.on_page import drawn_in_the_browser, html_of, labelled, move, values_of
from ui.pictures.ways_in import FIRST_PICTURE
from ui.train import train_button


def test_the_voices_are_those_of_the_run_and_links_lead_on(open_page, lab, shipped, mnist):
    app = open_page("home")
    view = drawn_in_the_browser(app, "voices")["voices"]
    label, *models = view["models"]
    assert label["role"] == "labels"
    assert label["shares"] == np.eye(10)[mnist.y_test[FIRST_PICTURE]].tolist()
    assert [model["role"] for model in models] == ["teacher", "distilled", "scratch"]
    logits = lab.runs[shipped.run_id].test_logits()
    for model in models:
        assert model["logits"] == pytest.approx(logits[model["role"]][FIRST_PICTURE].tolist(), rel=1e-6)
    assert view["label"] == mnist.y_test[FIRST_PICTURE]
    assert f"Test picture {FIRST_PICTURE:,}. Its label says {mnist.y_test[FIRST_PICTURE]}." in html_of(app)
    links = [(link.proto.page, link.proto.label) for link in app.get("page_link")]
    assert {("draw", "Draw a digit and ask all three"), ("", "Home"), ("runs", "Runs")} <= set(links)


def test_the_temperature_begins_where_the_doubts_are_hidden_and_is_kept_in_the_address(open_page):
    app = open_page("home")
    assert values_of(app, "voices") == {"T": 1.0}
    assert "soft" not in app.query_params
    move(app, "voices", T=4.0)
    assert not app.exception
    assert app.query_params["soft"] in ("4", ["4"])
    assert values_of(open_page("home", soft="12.5"), "voices") == {"T": 12.5}
    assert values_of(open_page("home", soft="101"), "voices") == {"T": 1.0}


def test_one_button_starts_a_run_with_a_seed_that_is_not_stored(open_page, lab, shipped, monkeypatch):
    started = []
    stored = {RunConfig().run_id, RunConfig(seed=1).run_id, RunConfig(seed=2).run_id}
    monkeypatch.setattr(lab.store, "is_usable", lambda run_id: run_id in stored)
    monkeypatch.setattr(lab, "train", lambda config, person: started.append(config) or lab.runs[shipped])
    app = open_page("home", {train_button.SWITCH: False})
    labelled(app)["Train a student now"].click().run()
    assert started == [RunConfig(seed=3)]
    assert app.title[0].value == "Train"
    assert app.query_params["run"] in (shipped.run_id, [shipped.run_id])
    assert app.session_state["seed"] == 3


def test_a_guess_is_answered_by_the_study_and_not_before(open_page):
    found = few_images()
    app = open_page("home")
    rows = drawn_in_the_browser(app, "guess")["scale"]["rows"]
    assert [row.get("seeds") for row in rows] == [list(found.enough), None, [], []]
    move(app, "guess", guess=60)
    assert answer_sentence(60, found, few_images(LONG)) not in unescape(html_of(app))
    labelled(app)["Show me"].click().run()
    rows = drawn_in_the_browser(app, "guess")["scale"]["rows"]
    assert [row.get("seeds") for row in rows][2:] == [list(found.alone), list(found.taught)]
    assert answer_sentence(60, found, few_images(LONG)) in unescape(html_of(app))
    move(app, "guess", guess=95)
    assert answer_sentence(95, found, few_images(LONG)) in unescape(html_of(app))
