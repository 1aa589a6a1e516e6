"""Which files the server accepts, how many it holds, and when it lets them go.

Streamlit takes any file from anybody with a session, whether or not the page has an uploader, and keeps it
until the session ends. Here a file is taken only if its address was given out and the session's page has an
uploader. Three methods of Streamlit's file manager are replaced for that, and `Runtime.handle_backmsg`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec, UploadFileUrlInfo

from kd.text.translation import _
from ui.serving.refusal import refuse

# A page has room for one file; the second is the one that replaces it.
FILES_A_SESSION = 2
BYTES_IN_ALL = 300_000_000
SECONDS_TO_BE_SHOWN = 60
_PATH = "/_stcore/upload_file/"
_VALUE = "file_uploader_state_value"


class Uploads:
    """What is expected and what is held, by session."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        assert isinstance(runtime.uploaded_file_mgr, MemoryUploadedFileManager)
        self._manager = runtime.uploaded_file_mgr
        self._expected: dict[str, list[str]] = {}
        self._came: dict[str, dict[str, float]] = {}

        self._get_urls, self._add = self._manager.get_upload_urls, self._manager.add_file
        self._end = self._manager.remove_session_files
        self._manager.get_upload_urls, self._manager.add_file = self.get_urls, self.add
        self._manager.remove_session_files = self.end

    def get_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """Give out addresses for as many files as a session may have."""
        given = self._get_urls(session_id, file_names[:FILES_A_SESSION])
        known = self._expected.get(session_id, []) + [one.file_id for one in given]
        self._expected[session_id] = known[-FILES_A_SESSION:]
        return given

    def expects(self, session_id: str, file_id: str) -> bool:
        """Whether this address was given out and is unused, and the session's page has room for a file."""
        session = self._runtime.get_app_session(session_id)
        if session is None or file_id not in self._expected.get(session_id, ()):
            return False
        widgets = list(session.session_state._new_widget_state.widget_metadata.values())
        return any(widget.value_type == _VALUE for widget in widgets)

    def add(self, session_id: str, file: UploadedFileRec) -> None:
        """Take a file. To make room, the session's oldest one goes, then those of whoever holds most."""
        held = self._manager.file_storage
        while len(mine := held.get(session_id, {})) >= FILES_A_SESSION:
            self._manager.remove_file(session_id, next(iter(mine)))
        while sum((sizes := self._sizes()).values()) > BYTES_IN_ALL - len(file.data):
            largest = max(sizes, key=lambda one: sizes[one])
            self._manager.remove_file(largest, next(iter(held[largest])))
        self._expected[session_id] = [
            one for one in self._expected.get(session_id, []) if one != file.file_id
        ]
        self._came.setdefault(session_id, {})[file.file_id] = time.monotonic()
        self._add(session_id, file)

    def _sizes(self) -> dict[str, int]:
        """How many bytes each session holds, where it holds any."""
        held = self._manager.file_storage.items()
        return {one: sum(len(file.data) for file in files.values()) for one, files in held if files}

    def keep_only(self, session_id: str, shown: set[str]) -> None:
        """Let go of a session's files that its page does not show, unless they have just arrived."""
        came, latest = self._came.get(session_id, {}), time.monotonic() - SECONDS_TO_BE_SHOWN
        for file_id in [one for one, when in came.items() if one not in shown and when < latest]:
            del came[file_id]
            self._manager.remove_file(session_id, file_id)

    def end(self, session_id: str) -> None:
        """Let go of everything a session has."""
        self._expected.pop(session_id, None)
        self._came.pop(session_id, None)
        self._end(session_id)


def guard(runtime: Runtime) -> None:
    """Let this runtime hold only files that its pages show."""
    uploads = Uploads(runtime)
    handle = runtime.handle_backmsg

    def handle_and_tidy(session_id: str, msg: BackMsg, **rest: Any) -> None:
        if msg.WhichOneof("type") == "rerun_script" and not msg.rerun_script.fragment_id:
            uploads.keep_only(session_id, _shown(msg.rerun_script))
        handle(session_id, msg, **rest)

    runtime.handle_backmsg = handle_and_tidy
    ExpectedUploadsOnly.uploads = uploads


def _shown(state: ClientState) -> set[str]:
    """The files that a page shows."""
    return {
        file.file_id
        for widget in state.widget_states.widgets
        if widget.WhichOneof("value") == _VALUE
        for file in widget.file_uploader_state_value.uploaded_file_info
    }


class ExpectedUploadsOnly:
    """ASGI middleware that refuses a file no page asked for (403) before its first byte is read."""

    uploads: Uploads  # of the one runtime that a process has

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "PUT" and _PATH in scope["path"]:
            session_id, _slash, file_id = scope["path"].rpartition(_PATH)[2].partition("/")
            if not self.uploads.expects(session_id, file_id):
                sentence = _("This page did not ask for a file: reload it and choose the file again.")
                await refuse(scope, receive, send, sentence)
                return
        await self._app(scope, receive, send)
