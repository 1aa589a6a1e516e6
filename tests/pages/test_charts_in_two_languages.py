"""A chart that is kept for one reader is not shown to another in the first one's language."""

import json

import pytest

from kd.text import translation
from tests.pages.on_page import words_of_charts
from tests.pseudo_language import LANGUAGE, unmarked
from ui.train.explore import TAB, TABS


def titles_in(part):
    """Every title in a specification: the chart's, the axes', the tooltips'."""
    if isinstance(part, list):
        return [title for each in part for title in titles_in(each)]
    if not isinstance(part, dict):
        return []
    own = [part[key] for key in ("title", "text") if isinstance(part.get(key), str)]
    return own + titles_in(list(part.values()))


@pytest.mark.parametrize(
    ("name", "tab", "query"),
    [
        ("train", None, {}),
        ("train", "errors", {}),
        ("train", "playback", {}),
        ("train", "inside", {}),
        ("draw", "", {"source": "picture", "picture": "5"}),
        ("dark_knowledge", None, {}),
        ("dark_knowledge", None, {"view": "pull"}),
        ("dark_knowledge", None, {"view": "all"}),
        ("how_sure", None, {"sure": "objectives"}),
        ("experiments", None, {"experiment": "wrong_labels"}),
        ("experiments", None, {"experiment": "wrong_labels", "seen": "included"}),
    ],
)
def test_each_reader_gets_charts_in_their_own_language(
    name, tab, query, open_page, pseudo_catalogue, monkeypatch
):
    def titles(language):
        monkeypatch.setenv("LANGUAGE", language)
        app = open_page(name, **query)
        if tab is not None:
            app.session_state[TAB if tab else "drawing_open"] = translation._(TABS[tab]) if tab else True
            app.run()
        assert not app.exception
        charts = [chart.proto for chart in app.get("vega_lite_chart")]
        assert all(chart.alt for chart in charts)
        titles = [title for chart in charts for title in titles_in(json.loads(chart.spec)) if title != "T"]
        return titles + [chart.alt for chart in charts] + words_of_charts(app)

    monkeypatch.setattr(translation, "_folder", pseudo_catalogue)
    english = titles("en")
    assert english
    marked = titles(LANGUAGE)
    assert len(marked) == len(english)
    assert not any(letter.isalpha() for title in marked for letter in unmarked(title))
    assert titles("en") == english
