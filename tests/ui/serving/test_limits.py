"""What a browser may ask, and how many of its files the server keeps."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
from types import SimpleNamespace

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from kd.store.store import Store
from tests import PROJECT
from ui.serving import limits

KINDS = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
REFUSED = {
    "clear_cache",
    "load_git_info",
    "set_run_on_save",
    "debug_disconnect_websocket",
    "debug_shutdown_runtime",
}


def test_every_kind_of_message_is_known():
    """Another version of Streamlit may have new ones: find out what they do before letting any in."""
    assert limits.ALLOWED | REFUSED | {"backend_operation_request"} == KINDS


def asked(kind: str) -> BackMsg:
    message = BackMsg()
    name, _, operation = kind.partition(".")
    if operation:
        getattr(getattr(message, name), operation).SetInParent()
    elif isinstance(getattr(message, name), bool):
        setattr(message, name, True)
    else:
        getattr(message, name).SetInParent()
    return message


def test_only_what_pages_send_is_passed_on():
    passed = []
    runtime = SimpleNamespace(handle_backmsg=lambda session, message, client: passed.append(message))
    limits.guard(runtime)
    operations = ("deferred_file", "install_skills", "dismiss_skills_nudge")
    kinds = [*sorted(limits.ALLOWED | REFUSED), *(f"backend_operation_request.{name}" for name in operations)]
    for kind in kinds:
        runtime.handle_backmsg("a", asked(kind), client=None)
    allowed = [*sorted(limits.ALLOWED), "backend_operation_request.deferred_file"]
    assert sorted(map(str, passed)) == sorted(str(asked(kind)) for kind in allowed)


@pytest.fixture
def held(monkeypatch) -> MemoryUploadedFileManager:
    """Streamlit's file manager, as the middleware finds it."""
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(Runtime, "instance", lambda: SimpleNamespace(uploaded_file_mgr=manager))
    return manager


def upload(held: MemoryUploadedFileManager, session: str, name: str, size: int = 10) -> None:
    async def streamlit(scope, receive, send) -> None:
        held.add_file(session, UploadedFileRec(file_id=name, name=name, type="", data=bytes(size)))

    asyncio.run(limits.BoundedUploads(streamlit)(asked_to_put(session, name, size), None, None))


def asked_to_put(session: str, name: str, size: int | None) -> dict:
    headers = [] if size is None else [(b"content-length", str(size).encode())]
    path = f"/_stcore/upload_file/{session}/{name}"
    return {"type": "http", "method": "PUT", "path": path, "headers": headers}


def names(held: MemoryUploadedFileManager, session: str) -> list[str]:
    return list(held.file_storage.get(session, {}))


def test_the_next_file_takes_the_place_of_a_sessions_first_and_the_largest_session_makes_room(
    held, monkeypatch
):
    for name in ("one", "two", "three"):
        upload(held, "a", name)
    assert names(held, "a") == ["two", "three"]
    monkeypatch.setattr(limits, "BYTES_IN_ALL", 120)
    upload(held, "greedy", "large", 60)
    upload(held, "greedy", "larger", 30)
    upload(held, "modest", "small", 10)
    upload(held, "newcomer", "new", 50)
    kept = {session: names(held, session) for session in ("a", "greedy", "modest", "newcomer")}
    assert kept == {"a": ["two", "three"], "greedy": ["larger"], "modest": ["small"], "newcomer": ["new"]}


def test_large_files_are_taken_one_at_a_time_or_not_at_all(held, monkeypatch):
    taken, most, answers = 0, 0, []

    async def streamlit(scope, receive, send) -> None:
        nonlocal taken, most
        taken += 1
        most = max(most, taken)
        await asyncio.sleep(0)
        taken -= 1

    async def send(message) -> None:
        answers.append(message.get("status"))

    async def put(*sizes: int | None) -> None:
        uploads = limits.BoundedUploads(streamlit)
        await asyncio.gather(*(uploads(asked_to_put("a", "b", size), None, send) for size in sizes))

    asyncio.run(put(20_000_000, None, 70_000_000))
    assert (most, answers) == (1, [])
    asyncio.run(put(20_000_000, 10_000_000, 10_000_000))
    assert (most, answers) == (3, [])
    monkeypatch.setenv("KD_UPLOADS", "0")
    asyncio.run(put(20_000_000, None, 10_000_000))
    assert [status for status in answers if status] == [413, 413]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no descriptors")
def test_a_thread_that_has_ended_holds_no_descriptors_of_the_database(tmp_path):
    store, process, held = Store(tmp_path), psutil.Process(), []
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            reader = threading.Thread(target=store.runs.rows)
            reader.start()
            reader.join()
            held.append(process.num_fds())
    finally:
        gc.enable()
    assert held[-1] == held[0]


BEFORE_AND_AFTER = """
import sys
import kd
from ui.serving import LOADED_AT_START, load
print([name for name in LOADED_AT_START if name in sys.modules])
load().join()
print([name for name in LOADED_AT_START if name not in sys.modules])
"""


def test_what_the_first_visitor_needs_is_loaded_in_the_background_alone():
    command = [sys.executable, "-c", BEFORE_AND_AFTER]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=600)
    assert done.stdout.split("\n") == ["[]", "[]", ""], done.stderr
