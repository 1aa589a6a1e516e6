"""Old addresses lead to the new places: a browser that opens one is sent on."""

from __future__ import annotations

from starlette.datastructures import URL
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.shared.moved import new_address


class LeadsOn:
    """ASGI middleware that sends a browser from an old page's address to the present one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] == "GET":
            path, query = scope["path"], scope["query_string"].decode("latin-1")
            # relative, so that it can lead to no other server
            if address := new_address(path.strip("/").rpartition("/")[2], query):
                answer = RedirectResponse(URL(f"../{address}" if path.endswith("/") else address), 307)
        await answer(scope, receive, send)
