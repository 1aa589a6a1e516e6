"""How many browsers may be connected, and how fast each may ask."""

from __future__ import annotations

import asyncio
import time

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS_TO_SPEAK = 10
MOST_VISITORS = 1000
# A browser sends a message for each thing that a person does, and one a second while a run is watched.
MESSAGES_A_SECOND = 20
MESSAGES_AT_ONCE = 60


class BoundedVisitors:
    """ASGI middleware over the websockets: each is one open page, which costs the server a session.

    A browser asks for its page as soon as it is connected, so what says nothing is none and makes room. Who
    sends more messages than a browser does waits for each; nothing that was sent is lost.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = min(most, MOST_VISITORS)
        self._visitors = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        if self._visitors >= self._most:
            sentence = f"This app serves {self._most} open pages at a time: try again when some are closed."
            await PlainTextResponse(sentence, 503)(scope, receive, send)
            return
        self._visitors += 1
        try:
            await self._app(scope, _paced(receive), send)
        finally:
            self._visitors -= 1


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
