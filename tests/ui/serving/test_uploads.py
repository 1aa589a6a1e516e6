"""Uploads: a file is accepted once, at an address that was given out, and not too many are kept."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from ui.serving import uploads


@pytest.fixture
def held() -> uploads.Uploads:
    """Streamlit's file manager with our limits, for sessions whose page has an uploader."""
    widget = SimpleNamespace(value_type="file_uploader_state_value")
    state = SimpleNamespace(_new_widget_state=SimpleNamespace(widget_metadata={"upload": widget}))
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    session = SimpleNamespace(session_state=state)
    return uploads.Uploads(SimpleNamespace(uploaded_file_mgr=manager, get_app_session=lambda _: session))


def file(name: str, size: int = 10) -> UploadedFileRec:
    return UploadedFileRec(file_id=name, name=name, type="", data=bytes(size))


def names(held: uploads.Uploads, session: str) -> list[str]:
    return list(held._manager.file_storage.get(session, {}))


def test_a_file_is_expected_once_and_where_its_address_was_given(held):
    (given,) = held.get_urls("a", ["digit.png"])
    assert held.expects("a", given.file_id)
    assert not held.expects("b", given.file_id)
    assert not held.expects("a", "another")
    held.add("a", file(given.file_id))
    assert not held.expects("a", given.file_id)


def test_addresses_are_given_for_as_many_files_as_a_page_shows(held):
    assert len(held.get_urls("a", ["x"] * 10_000)) == uploads.FILES_A_SESSION
    first = held.get_urls("a", ["x"])[0]
    held.get_urls("a", ["x"] * uploads.FILES_A_SESSION)
    assert not held.expects("a", first.file_id)


def test_a_page_without_an_uploader_expects_no_file(held):
    (given,) = held.get_urls("a", ["digit.png"])
    held._runtime.get_app_session("a").session_state._new_widget_state.widget_metadata.clear()
    assert not held.expects("a", given.file_id)


def test_a_sessions_next_file_takes_the_place_of_its_first(held):
    for name in ("one", "two", "three"):
        held.add("a", file(name))
    assert names(held, "a") == ["two", "three"]


def test_the_session_with_the_most_files_makes_room_for_the_next(held, monkeypatch):
    monkeypatch.setattr(uploads, "BYTES_IN_ALL", 100)
    held.add("greedy", file("large", 60))
    held.add("greedy", file("larger", 30))
    held.add("modest", file("small", 10))
    held.add("newcomer", file("new", 50))
    assert names(held, "greedy") == ["larger"]
    assert names(held, "modest") == ["small"]
    assert names(held, "newcomer") == ["new"]


def test_a_file_that_no_page_shows_any_more_is_let_go(held, monkeypatch):
    held.add("a", file("shown"))
    held.add("a", file("forgotten"))
    held.keep_only("a", {"shown"})
    # a file may arrive a moment before its page mentions it
    assert names(held, "a") == ["shown", "forgotten"]
    monkeypatch.setattr(uploads, "SECONDS_TO_BE_SHOWN", 0)
    held.keep_only("a", {"shown"})
    assert names(held, "a") == ["shown"]
    held.end("a")
    assert names(held, "a") == []
