"""The language of a page is its address', or the one chosen before, or that of the browser."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from starlette.requests import Request

from kd.text import translation
from kd.text.translation import _
from ui.shared import language


@pytest.mark.parametrize(
    ("browser", "process", "expected"),
    [("xx-CH", "en", "⟦Home⟧"), ("en-GB", "xx", "Home"), ("", "xx", "⟦Home⟧"), (None, "xx", "⟦Home⟧")],
)
def test_a_sentence_follows_the_browser_and_without_one_the_process(
    browser, process, expected, pseudo_language, monkeypatch
):
    monkeypatch.setenv("LANGUAGE", process)
    monkeypatch.setattr(translation, "_wanted", tuple)  # restored when the test ends
    info = SimpleNamespace(locale=browser)
    context = browser is not None and SimpleNamespace(context_info=info, session_state={})
    monkeypatch.setattr(language, "get_script_run_ctx", lambda suppress_warning: context or None)
    language.follow_the_reader()
    assert _("Home") == expected


@pytest.mark.parametrize(
    ("address", "cookie", "browser", "expected"),
    [
        ("lang=xx", "kd_lang=en", "en", "xx"),
        ("lang=en", "kd_lang=xx", "xx", "en"),
        ("", "kd_lang=xx", "en-GB,en;q=0.9", "xx"),
        ("", "", "xx-CH;q=0.9,en", "xx"),
        ("", "", "fr,xx", "en"),
        ("lang=../xx&lang=", 'kd_lang="; xx', "", "en"),
    ],
)
def test_the_first_paint_is_in_the_language_that_the_page_will_have(
    address, cookie, browser, expected, pseudo_language, monkeypatch
):
    monkeypatch.setenv("LANGUAGE", "en")
    headers = [(b"cookie", cookie.encode()), (b"accept-language", browser.encode())]
    scope = {"type": "http", "query_string": address.encode(), "headers": headers}
    assert language.language_of(Request(scope)) == expected
