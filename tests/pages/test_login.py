"""Streamlit's own login: without it no page draws anything of the lab, and with it there is a way out."""

from __future__ import annotations

import pytest
import streamlit as st

from tests.pages.on_page import labelled


@pytest.mark.parametrize("page", ["home", "train", "class"])
def test_whoever_has_not_logged_in_sees_the_way_in_and_nothing_else(open_page, monkeypatch, page):
    asked = []
    monkeypatch.setattr(st, "user", type("User", (), {"is_logged_in": False}))
    monkeypatch.setattr("ui.shared.login.st.login", lambda: asked.append(page))
    app = open_page(page, code="ABCD", run="0123456789ab")
    assert [title.value for title in app.title] == ["KD Lab"]
    assert [button.label for button in app.main.button] == ["Log in"]
    assert not [*app.warning, *app.error, *app.get("vega_lite_chart")]
    app.main.button[0].click().run()
    assert asked == [page]


def test_whoever_has_logged_in_sees_the_page_and_the_way_out(open_page, monkeypatch):
    monkeypatch.setattr(st, "user", type("User", (), {"is_logged_in": True}))
    assert "Log out" in labelled(open_page("home"))


def test_without_a_login_there_is_nothing_of_it(open_page):
    found = labelled(open_page("home"))
    assert not {"Log in", "Log out"} & found.keys()
