"""Every page explains itself under headings, can be presented, and says of a run that it makes a mistake."""

from __future__ import annotations

import re
from html import unescape
from pathlib import PurePath

import pytest

from kd.config import RunConfig
from tests.pages.on_page import headline_of, html_of, labelled, warnings_of
from tests.stored_runs import save_copy
from ui.shared import frame

PAGES = ["home", *(PurePath(path).stem for path, _label, _icon in frame.PAGES[1:])]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_explains_itself_under_a_title_and_headings(open_page, shipped, name):
    page = open_page(name)
    said = [element.value for element in page.markdown]
    tried = [index for index, text in enumerate(said) if text.startswith("**Try this.** ")]
    assert tried or name == "runs"
    assert all(len(said[index - 1]) > 150 for index in tried)  # the paragraph above it
    assert len(page.latex) == len(tried)
    if name == "home":
        accuracies = [shipped.result[model]["test_accuracy"] for model in ("teacher", "distilled")]
        assert f"one parameter for every {1433610 / 20490:.0f} of its teacher's" in said[tried[0]]
        assert f"the answer is {round(10_000 * (accuracies[0] - accuracies[1])):,}." in said[tried[0]]
    assert len(page.title) == 1
    unseen = re.findall(r'<h2 class="kd-unseen[ \w-]*">(.+?)</h2>', html_of(page))
    headings = [*unseen, *(heading.value for heading in page.header)]
    assert len(set(headings)) == len(headings) >= 1


def presents(app) -> bool:
    return "Stop presenting" in labelled(app)


def test_a_button_leads_in_and_another_out_and_the_address_says_so(open_page):
    app = open_page("sweep")
    assert not presents(app)
    assert any("Try this" in element.value for element in app.markdown)
    labelled(app)["Present"].click().run()
    assert presents(app)
    assert app.query_params["present"] == "true"
    # what is below the hero is gone
    assert not any("Try this" in element.value for element in app.markdown)
    app.switch_page("pages/draw.py").run()
    assert presents(app)  # from page to page
    labelled(app)["Stop presenting"].click().run()
    assert not presents(app)
    assert "present" not in app.query_params


CONFIG = RunConfig(mistake="one_temperature", seed=2)
SAID = "T on the teacher's side only"


@pytest.fixture(scope="module")
def mistaken(lab):
    """The included run's copy."""
    save_copy(lab.store, RunConfig().run_id, CONFIG)
    return CONFIG.run_id


def said(app) -> str:
    return unescape(html_of(app)) + " ".join(each.value for each in app.markdown)


def test_train_says_it_under_the_verdict_and_in_the_lesson(open_page, mistaken):
    app = open_page("train", run=mistaken)
    assert f"seed 2 · a mistake: {SAID}" in headline_of(app)
    assert f" This run makes a mistake on purpose: {SAID}." in headline_of(app)
    assert f"with a mistake that is made on purpose ({SAID})" in said(app)
    assert not warnings_of(app)
    # the controls are those of the run, but for the mistake, and the address never has it
    assert "mistake" not in app.session_state
    assert "mistake" not in app.query_params


def test_runs_says_it_in_its_line_and_draw_says_whose_formula_pulls(open_page, mistaken):
    table = open_page("runs").dataframe[0].value.set_index("run")
    assert f"a mistake: {SAID}" in table.loc[mistaken].to_string()
    app = open_page("draw", run=mistaken, view="pull")
    assert f"a mistake on purpose: {SAID}. What pulls here is the right formula." in said(app)
    assert not app.error
    assert not warnings_of(app)
    assert f"with a mistake made on purpose ({SAID})" in said(open_page("draw", run=mistaken, view="targets"))
    assert "right formula" not in said(open_page("draw", run=RunConfig().run_id, view="pull"))
