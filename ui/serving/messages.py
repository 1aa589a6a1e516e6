"""What a browser may ask of Streamlit's server over its websocket.

Streamlit takes every visitor for its developer: anybody may empty the server's caches, have it inspect its
Git repository, or have it write files next to the app. `Runtime.handle_backmsg` is replaced by one that
passes on what our pages need and ignores the rest.
"""

from __future__ import annotations

from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime

# What is allowed, not what is forbidden: nothing that a later Streamlit adds gets in unnoticed.
ALLOWED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
ALLOWED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})


def allowed(message: BackMsg) -> bool:
    """Whether a stranger may ask this."""
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in ALLOWED_OPERATIONS
    return kind in ALLOWED


def guard(runtime: Runtime) -> None:
    """Let this runtime take only what is allowed."""
    handle = runtime.handle_backmsg

    def handle_allowed(session_id: str, msg: BackMsg, **rest: Any) -> None:
        if allowed(msg):
            handle(session_id, msg, **rest)

    runtime.handle_backmsg = handle_allowed
