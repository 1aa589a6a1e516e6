"""What a session holds while its page is open, and afterwards.

Streamlit gives each session an event loop (three descriptors) in case its script wants one; ours never do. It
keeps sessions that lost their connection for two minutes, and then until another session leaves.
`Runtime.connect_session` is replaced by one that closes the loop, and the store of departed sessions by one
that is tidied up in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from streamlit import config
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import SessionInfo, SessionStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

SECONDS_BETWEEN_LOOKS = 10
MOST_DEPARTED = 128


def guard(runtime: Runtime) -> None:
    """Let sessions of this runtime hold only what they need."""
    connect = runtime.connect_session

    def connect_without_loop(*arguments: Any, **named: Any) -> str:
        session_id = connect(*arguments, **named)
        session = runtime.get_app_session(session_id)
        if session is not None and not isinstance(session._script_event_loop, NoLoop):
            session._script_event_loop.close()
            session._script_event_loop = NoLoop()  # type: ignore[abstract]  # to type checkers alone
        return session_id

    runtime.connect_session = connect_without_loop
    _manager(runtime)._session_storage = Departed(config.get_option("server.disconnectedSessionTTL"))


async def forget_departed(runtime: Runtime) -> None:
    """Close sessions that have been away too long, for as long as this is awaited."""
    manager = _manager(runtime)
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        if isinstance(manager._session_storage, Departed):
            for session_id in manager._session_storage.overdue():
                manager.close_session(session_id)


def _manager(runtime: Runtime) -> WebsocketSessionManager:
    assert isinstance(runtime._session_mgr, WebsocketSessionManager)
    return runtime._session_mgr


class Departed(SessionStorage):
    """Sessions whose browser went away: at most MOST_DEPARTED; the longest away is forgotten first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sessions: dict[str, tuple[SessionInfo, float]] = {}  # with when they left, in that order

    def get(self, session_id: str) -> SessionInfo | None:
        return self._sessions.get(session_id, (None, 0.0))[0]

    def save(self, session_info: SessionInfo) -> None:
        self._sessions[session_info.session.id] = session_info, _now()
        while len(self._sessions) > MOST_DEPARTED:
            info, _ = self._sessions.pop(next(iter(self._sessions)))
            info.session.shutdown()

    def delete(self, session_id: str) -> None:
        del self._sessions[session_id]

    def list(self) -> list[SessionInfo]:
        return [info for info, _ in self._sessions.values()]

    def overdue(self) -> Sequence[str]:
        """The sessions that have been away for longer than they are kept."""
        latest = _now() - self._seconds
        return [session_id for session_id, (_, left) in self._sessions.items() if left < latest]


def _now() -> float:
    return asyncio.get_running_loop().time()


class NoLoop(asyncio.AbstractEventLoop):
    """Takes the place of the event loop that Streamlit wants in a script's thread, and holds nothing.

    A script that runs a coroutine is given a loop for as long as that takes.
    """

    def is_running(self) -> bool:
        return False

    def is_closed(self) -> bool:
        return False

    def close(self) -> None:
        pass

    def get_debug(self) -> bool:
        return False

    def run_until_complete(self, future: Any) -> Any:
        return asyncio.run(future)

    async def shutdown_asyncgens(self) -> None:
        pass

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        pass
