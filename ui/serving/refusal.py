"""How a request is turned away."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send


async def refuse(scope: Scope, receive: Receive, send: Send, sentence: str) -> None:
    """Answer 403 with one sentence; just close a websocket, as no browser would show the sentence."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    else:
        await PlainTextResponse(sentence, 403)(scope, receive, send)
