"""How many idle connections may be open, and for how long.

Uvicorn closes a connection that stays silent after an answer, but waits forever for a first request, or for
the rest of one. Its `Server.startup` is replaced by one that makes it use a bounded protocol, and its
`Server.shutdown` by one that lets Python exit normally (`atexit` and all) after Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import uvicorn

SECONDS_FOR_A_REQUEST = 10
SECONDS_FOR_AN_ANSWER = 120  # including the request's body: a picture has up to ten megabytes
MOST_CONNECTIONS = 1000
LARGEST_MESSAGE = 2_000_000  # a drawing with all its strokes has far less than one megabyte
# Accepted at one go, before any of them is counted. Uvicorn would accept its whole queue of 2,048.
_ACCEPTED_TOGETHER = 32


def bound(most: int) -> None:
    """Let uvicorn keep at most this many connections that are not websockets."""
    startup, shutdown = uvicorn.Server.startup, uvicorn.Server.shutdown

    async def bounded_startup(self: uvicorn.Server, sockets: list | None = None) -> None:
        queue = self.config.backlog
        self.config.http_protocol_class = _bounded(
            self.config.http_protocol_class, min(most, MOST_CONNECTIONS)
        )
        self.config.ws_max_size = LARGEST_MESSAGE
        self.config.backlog = _ACCEPTED_TOGETHER
        await startup(self, sockets=sockets)
        for socket in sockets or []:
            socket.listen(queue)

    async def quiet_shutdown(self: uvicorn.Server, sockets: list | None = None) -> None:
        try:
            await shutdown(self, sockets=sockets)
        finally:
            self._captured_signals.clear()  # or uvicorn sends itself the signal once more, which kills

    uvicorn.Server.startup, uvicorn.Server.shutdown = bounded_startup, quiet_shutdown


def _bounded(protocol: type[Any], most: int) -> type[Any]:
    """Uvicorn's HTTP protocol (h11 or httptools), bounded."""
    open_ones: dict[Any, None] = {}  # the oldest first

    class Bounded(protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            open_ones[self] = None
            self._seen, self._since = None, self.loop.time()
            self._clock = self.loop.call_later(SECONDS_FOR_A_REQUEST, self._look)
            if len(open_ones) > most:
                _to_end(open_ones, self)._end()

        def connection_lost(self, exc: Exception | None) -> None:
            self._leave()
            super().connection_lost(exc)

        def handle_websocket_upgrade(self, *event: Any) -> None:
            self._leave()  # from here on it is a visitor, see ui/serving/visitors.py
            super().handle_websocket_upgrade(*event)

        def _leave(self) -> None:
            open_ones.pop(self, None)
            self._clock.cancel()

        def _asks_for_nothing(self) -> bool:
            return self.cycle is None or self.cycle.response_complete

        def _stands_still(self) -> bool:
            return self.loop.time() - self._since > SECONDS_FOR_A_REQUEST

        def _end(self) -> None:
            self._leave()
            self.transport.abort()

        def _look(self) -> None:
            """End the connection if it has waited too long for the same thing; otherwise look again later."""
            if self.cycle is not self._seen:
                self._seen, self._since = self.cycle, self.loop.time()
            patience = SECONDS_FOR_A_REQUEST if self._asks_for_nothing() else SECONDS_FOR_AN_ANSWER
            if self.loop.time() - self._since >= patience:
                self._end()
            else:
                self._clock = self.loop.call_later(SECONDS_FOR_A_REQUEST, self._look)

    return Bounded


def _to_end(open_ones: Iterable[Any], newcomer: Any) -> Any:
    """Which connection makes room: the oldest idle one, else one that gets nowhere, else the newcomer."""
    for makes_room in (lambda one: one._asks_for_nothing(), lambda one: one._stands_still()):
        for one in open_ones:
            if one is not newcomer and makes_room(one):
                return one
    return newcomer
