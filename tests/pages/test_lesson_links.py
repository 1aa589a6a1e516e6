"""The links for lecturers and their classes: each opens its page as it says, and nothing is refused."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from docs import teach
from docs.teach_words import LONG, QUESTIONS
from kd.config import OFFERED, RunConfig
from tests.pages.on_page import errors_of, warnings_of

LINKS = {
    *map(teach.link_of, (*teach.BRIEF, *LONG)),
    *(question.link for question in QUESTIONS),
    teach.EXAMPLE,
} - {""}


@pytest.mark.parametrize("link", sorted(LINKS))
def test_a_link_opens_its_page_as_it_says(link, open_page):
    page, _mark, query = link.partition("?")
    said = dict(parse_qsl(query, strict_parsing=True))
    app = open_page(page or "home", **said)
    assert (warnings_of(app), errors_of(app)) == ([], [])
    assert app.session_state["page_drawn"].lower() == (page or "home")
    fields = said.keys() & OFFERED.keys()
    config = RunConfig.from_mapping({name: said[name] for name in fields})
    assert all(app.session_state[name] == getattr(config, name) for name in fields)
    assert app.session_state["present"] is ("present" in said)
    held = {name for parameter in ("hide", "lock") for name in said.get(parameter, "").split(",") if name}
    assert held == {*app.session_state["hide"], *app.session_state["lock"]}
