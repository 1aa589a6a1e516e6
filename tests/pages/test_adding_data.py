"""A person's pictures are added on a page, shown with their classes, and removed again."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from kd.lab import Lab
from tests.pages.on_page import errors_of, html_of
from tests.pictures.test_data_files import SOUND


def page(lab) -> None:
    import streamlit as st

    from ui.pictures.own_data import add_a_data_set

    added = add_a_data_set(lab)
    if added is not None:
        st.session_state.told = [*st.session_state.get("told", []), added]


@pytest.fixture
def own(tmp_path):
    with Lab(tmp_path) as lab:
        yield lab


@pytest.fixture
def app(own):
    return AppTest.from_function(page, args=(own,), default_timeout=60).run()


def uploaded(app: AppTest, content: bytes, name: str = "", classes: str = "") -> AppTest:
    app.file_uploader[0].set_value(("marks.npz", content, "application/octet-stream"))
    app.text_input[0].set_value(name)
    app.text_input[1].set_value(classes)
    return app.button[0].click().run()


def test_pictures_are_added_shown_and_removed_again(app, own):
    uploaded(app, SOUND, classes="a, b, c")
    assert not app.exception
    added = own.data.find("marks")
    assert app.session_state.told == [added.id]
    assert (added.classes, added.centred) == (("a", "b", "c"), False)
    assert "marks: 3 classes, 30 pictures to learn from, 21 to test with." in html_of(app)
    assert [f"<figcaption>{name}</figcaption>" in html_of(app) for name in "abc"] == [True] * 3
    assert app.file_uploader[0].value is None
    app.button(key="own_data_remove").click().run()
    assert added not in own.data.list()
    assert "<figcaption>" not in html_of(app)
    assert app.session_state.told == [added.id]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ((SOUND[:-100],), "This is not an npz file"),
        ((SOUND, "<b>"), "A data set needs a name of 1 to 30 letters"),
        ((SOUND, "", "a,b,<c>"), "A class cannot be called '<c>'"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence_and_the_form_stays(app, tmp_path, sent, said):
    uploaded(app, *sent)
    (sentence,) = errors_of(app)
    assert sentence.startswith(said)
    assert app.file_uploader[0].value is not None
    assert "told" not in app.session_state
    assert list((tmp_path / "data").iterdir()) == []


def test_nothing_to_add_is_said_and_switched_off_there_is_nothing(app, monkeypatch):
    app.button[0].click().run()
    assert errors_of(app) == ["There is no file yet: choose one."]
    monkeypatch.setenv("KD_UPLOADS", "0")
    app.run()
    assert not app.file_uploader
    assert not app.button
