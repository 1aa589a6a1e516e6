"""How many browsers may be connected, and how fast each may ask."""

from __future__ import annotations

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS_TO_SPEAK = 10
MOST_VISITORS = 1000
# A browser sends a message for each thing that a person does, and one a second while a run is watched.
MESSAGES_A_SECOND = 20
MESSAGES_AT_ONCE = 60


class BoundedVisitors:
    """ASGI middleware for websockets: each is one open page, which costs the server a session.

    A browser asks for its page as soon as it is connected; a connection that stays silent is not one, and is
    closed. When there are too many pages, the address with the most loses its oldest one, unless the
    newcomer's own address has about as many. Whoever sends more messages than a browser does waits for each;
    none is lost.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = min(most, MOST_VISITORS)
        self._pages: dict[str, list[asyncio.Task]] = {}  # by address, the oldest first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        address = (scope.get("client") or ("",))[0]
        if not self._has_room_for(address):
            await send({"type": "websocket.close"})
            return
        page = asyncio.current_task()
        assert page is not None  # a coroutine is always some task's
        self._pages.setdefault(address, []).append(page)
        try:
            await self._app(scope, _paced(receive), send)
        except asyncio.CancelledError:
            if page in self._pages.get(address, ()):
                raise
            page.uncancel()  # it made room
            await send({"type": "websocket.close", "code": 1013})
        finally:
            self._leave(address, page)

    def _has_room_for(self, address: str) -> bool:
        if sum(map(len, self._pages.values())) < self._most:
            return True
        crowd = max(self._pages, key=lambda one: len(self._pages[one]))
        if len(self._pages[crowd]) <= len(self._pages.get(address, ())) + 1:
            return False
        oldest = self._pages[crowd][0]
        self._leave(crowd, oldest)
        oldest.cancel()
        return True

    def _leave(self, address: str, page: asyncio.Task) -> None:
        pages = [one for one in self._pages.get(address, ()) if one is not page]
        if pages:
            self._pages[address] = pages
        else:
            self._pages.pop(address, None)


def _paced(receive: Receive) -> Receive:
    allowed, counted, spoke = float(MESSAGES_AT_ONCE), time.monotonic(), False

    async def paced() -> Message:
        nonlocal allowed, counted, spoke
        now = time.monotonic()
        allowed = min(MESSAGES_AT_ONCE, allowed + (now - counted) * MESSAGES_A_SECOND)
        counted = now
        if allowed < 0:
            await asyncio.sleep(-allowed / MESSAGES_A_SECOND)
        if spoke:
            message = await receive()
        else:
            try:
                message = await asyncio.wait_for(receive(), SECONDS_TO_SPEAK)
            except TimeoutError:
                return {"type": "websocket.disconnect", "code": 1008, "reason": "nothing was asked"}
        spoke = message["type"] == "websocket.receive" or spoke
        allowed -= message["type"] == "websocket.receive"
        return message

    return paced
