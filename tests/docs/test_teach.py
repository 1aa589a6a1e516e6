"""The pages for whoever teaches: they are what their command writes, and plans take as long as they say."""

import re

import pytest

from docs import teach
from docs.teach_words import LONG, NAMES
from kd.text.translation import _, in_language
from tests.docs.documents import text

PAGES = {language: teach.pages(language) for language in teach.PLACES}
LINK = re.compile(r"\]\(http\S*/([^/\s]*)\)")


@pytest.mark.parametrize("language", PAGES)
def test_the_pages_are_what_their_command_writes(language):
    for name, made in PAGES[language].items():
        assert text(teach.FOLDER / name) == made, "write them again: python -m docs.teach"


def test_both_languages_open_the_same_links():
    english, portuguese = ["".join(made.values()) for made in PAGES.values()]
    assert LINK.findall(english) == LINK.findall(portuguese)
    assert len(set(LINK.findall(english))) > 15
    assert "<" not in re.sub("<br>", "", english)


@pytest.mark.parametrize(("plan", "minutes"), [(teach.BRIEF, 45), (LONG, 90)])
def test_a_plan_takes_its_minutes(plan, minutes):
    assert sum(part.minutes for part in plan) == minutes
    assert f"{minutes - plan[-1].minutes}–{minutes} |" in PAGES["en"]["teach.md"]


def test_pages_and_buttons_are_called_as_in_the_app():
    with in_language("pt_BR"):
        assert [name for name in NAMES.values() if _(name) == name] == []
