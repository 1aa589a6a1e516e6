"""What a browser may ask of the server, and how much the server holds for browsers.

The sizes of messages and files are options of Streamlit's, in `.streamlit/config.toml`. Slow, silent and too
many connections are a proxy's business: see `Caddyfile`.

KD_UPLOADS    0 refuses files of more than 10 MB, and pages do not offer to add pictures of one's own
"""

import asyncio
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from kd.base.switch import switched
from ui.shared.person import script_run

# What is allowed, not what is forbidden: nothing that a later Streamlit adds gets in unnoticed.
ALLOWED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
ALLOWED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})

# A page has room for one file; the second is the one that replaces it.
FILES_A_SESSION = 2
BYTES_IN_ALL = 300_000_000
# A picture has up to 10 MB, and a form around it; a data set of one's own, at its largest, has 71 MB.
SMALL_FILE, LARGEST_FILE = 11_000_000, 75_000_000
_UPLOADS = "/_stcore/upload_file/"


def uploads_are_on() -> bool:
    """Returns whether people may add pictures of their own on a page; raises ValueError for no switch."""
    return switched("KD_UPLOADS", True)


def allowed(message: BackMsg) -> bool:
    """Returns whether a visitor may ask this."""
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in ALLOWED_OPERATIONS
    return kind in ALLOWED


def guard(runtime: Runtime) -> None:
    """Makes the runtime ignore messages that none of our pages sends.

    Streamlit takes every visitor for its developer: anybody may empty the server's caches, have it inspect
    its Git repository, or have it write files next to the app. It has no option against that, so
    `Runtime.handle_backmsg` (Streamlit 1.67) is replaced.
    """
    handle = runtime.handle_backmsg

    def handle_allowed(session_id: str, msg: BackMsg, **rest: Any) -> None:
        if allowed(msg):
            handle(session_id, msg, **rest)

    runtime.handle_backmsg = handle_allowed


def stay_on_pages() -> None:
    """Makes scripts skip requests from a page that has been left.

    Parts of a page ask for news by themselves, also while the next page is being drawn. Streamlit (1.67)
    would answer after that, in the name of the page before, and the browser would empty the new one.
    `ScriptRunner._run_script` is replaced.
    """
    run = ScriptRunner._run_script

    def run_here(self: ScriptRunner, rerun_data: RerunData) -> None:
        here = script_run().page_script_hash
        if not rerun_data.fragment_id_queue or here in ("", rerun_data.page_script_hash):
            run(self, rerun_data)

    ScriptRunner._run_script = run_here


class BoundedUploads:
    """ASGI middleware that takes large files one at a time, and lets go of the oldest files after an upload.

    Streamlit keeps every file that a session uploads until the session ends.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._large = app, asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or _UPLOADS not in scope["path"]:
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) <= SMALL_FILE:
            await self._app(scope, receive, send)
        elif not uploads_are_on():
            await PlainTextResponse("File too large", 413)(scope, receive, send)
            return
        else:
            async with self._large:
                await self._app(scope, receive, send)
        manager = Runtime.instance().uploaded_file_mgr
        assert isinstance(manager, MemoryUploadedFileManager)
        let_go(manager, session_id=scope["path"].rpartition(_UPLOADS)[2].partition("/")[0])


def let_go(manager: MemoryUploadedFileManager, session_id: str) -> None:
    """Removes a session's oldest files, then the largest session's while all together hold too much."""
    held = manager.file_storage
    for file_id in list(held.get(session_id, ()))[:-FILES_A_SESSION]:
        manager.remove_file(session_id, file_id)
    while sum((sizes := _sizes(manager)).values()) > BYTES_IN_ALL:
        largest = max(sizes, key=lambda session: sizes[session])
        manager.remove_file(largest, next(iter(held[largest])))


def _sizes(manager: MemoryUploadedFileManager) -> dict[str, int]:
    """Returns how many bytes each session holds, without sessions that hold no file."""
    held = list(manager.file_storage.items())
    return {session: sum(len(file.data) for file in files.values()) for session, files in held if files}
