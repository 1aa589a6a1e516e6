"""The switch of languages: all that a person has set stays as it is, said in other words."""

from __future__ import annotations

import re

import pytest
from streamlit.runtime.context import ContextProxy

from tests.pages.on_page import html_of, warnings_of
from tests.pseudo_language import mark


@pytest.fixture
def two_languages(pseudo_language, monkeypatch):
    """English, which the process asks for, and the ⟦marked⟧ one."""
    monkeypatch.setenv("LANGUAGE", "en")


def brand(app) -> str:
    return re.search(r'<div class="kd-brand" lang="(.*?)" data-chosen="(.*?)"', html_of(app)).groups()


def test_the_switch_changes_the_words_alone(open_page, two_languages, monkeypatch):
    app = open_page("train", alpha="0.3", tab="errors", errors="trust")
    assert brand(app) == ("en", "")
    assert app.button_group(key="language").options == ["English", "xx"]
    before = [menu.value for menu in app.selectbox]
    monkeypatch.setenv("LANGUAGE", "xx")  # for the test bench, which has no session
    app.button_group(key="language").set_value("xx").run()
    assert brand(app) == ("xx", "xx")
    assert app.title[0].value == mark("Train")
    assert (app.query_params["lang"], app.query_params["alpha"]) == ("xx", "0.3")
    assert (app.session_state["tab"], app.session_state["errors"]) == (mark("Errors"), "trust")
    assert [menu.value for menu in app.selectbox] == before
    assert all(menu.proto.raw_value in menu.options for menu in app.selectbox if menu.proto.set_value)
    assert [menu.proto.set_value for menu in app.selectbox] == [True] * len(before)
    app.switch_page("pages/class.py").run()
    assert app.title[0].value == mark("Class")
    assert app.query_params["lang"] == "xx"


@pytest.mark.parametrize(
    ("address", "cookie", "expected"),
    [("xx", "en", "xx"), ("en", "xx", "en"), ("XX-CH", "", "xx"), (None, "xx", "xx"), (None, "<b>", "en")],
)
def test_the_address_counts_more_than_what_was_chosen_before(
    address, cookie, expected, open_page, two_languages, monkeypatch
):
    monkeypatch.setattr(ContextProxy, "cookies", {"kd_lang": cookie})
    app = open_page("class", **({"lang": address} if address else {}), present="true")
    assert brand(app) == (expected, "")
    assert not warnings_of(app)


def test_a_language_that_there_is_not_gets_a_sentence(open_page, two_languages):
    app = open_page("class", lang="<b>&kd_lang")
    assert warnings_of(app) == ["There is no language “<b>&kd_lang” here: use en, xx."]
    assert "lang" not in app.query_params
    assert brand(app) == ("en", "")
