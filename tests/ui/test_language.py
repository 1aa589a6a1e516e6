"""The pages use the language that the reader's browser asks for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kd.text import translation
from kd.text.translation import _
from ui.shared import person


@pytest.mark.parametrize(
    ("browser", "process", "expected"),
    [("xx-CH", "en", "⟦Home⟧"), ("en-GB", "xx", "Home"), ("", "xx", "⟦Home⟧"), (None, "xx", "⟦Home⟧")],
)
def test_a_sentence_follows_the_browser_and_without_one_the_process(
    browser, process, expected, pseudo_language, monkeypatch
):
    monkeypatch.setenv("LANGUAGE", process)
    monkeypatch.setattr(translation, "_wanted", tuple)  # restored when the test ends
    context = browser is not None and SimpleNamespace(context_info=SimpleNamespace(locale=browser))
    monkeypatch.setattr(person, "get_script_run_ctx", lambda suppress_warning: context or None)
    person.follow_the_reader()
    assert _("Home") == expected
