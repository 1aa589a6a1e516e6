"""A stored run with a mistake says so wherever it is shown, and the other pages work with it."""

from __future__ import annotations

from html import unescape

import pytest

from kd.config import RunConfig
from tests.pages.on_page import html_of, warnings_of
from tests.stored_runs import save_copy

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
    assert f"seed 2 · a mistake: {SAID}" in said(app)
    assert f"right than scratch. This run makes a mistake on purpose: {SAID}." in said(app)
    assert f"with a mistake that is made on purpose ({SAID})" in said(app)
    assert not warnings_of(app)
    # the controls are those of the run, but for the mistake, and the address never has it
    assert "mistake" not in app.session_state
    assert "mistake" not in app.query_params


def test_runs_says_it_in_its_line_and_draw_works_with_it(open_page, mistaken):
    table = open_page("runs").dataframe[0].value.set_index("run")
    assert f"a mistake: {SAID}" in table.loc[mistaken].to_string()
    app = open_page("draw", run=mistaken)
    assert not app.error
    assert not warnings_of(app)


def test_dark_knowledge_says_whose_formula_pulls(open_page, mistaken):
    words = f"a mistake on purpose: {SAID}. What pulls here is the right formula."
    assert words in said(open_page("dark_knowledge", run=mistaken, view="pull"))
    assert f"with a mistake made on purpose ({SAID})" in said(open_page("dark_knowledge", run=mistaken))
    assert "right formula" not in said(open_page("dark_knowledge", run=RunConfig().run_id, view="pull"))
