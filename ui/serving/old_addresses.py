"""Pages that are part of another page now: a browser that opens an old address is sent on."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import URL
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

Query = dict[str, str]


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


def new_address(page: str, query: str) -> str | None:
    """Returns what an old address is now, relative to it, or None if it is none. query: without its “?”."""
    if page not in _MOVED:
        return None
    asked = dict(parse_qsl(query))
    found = _MOVED[page](asked)
    return found and f"{found[0]}?{urlencode(found[1])}"


def _dark_knowledge(asked: Query) -> tuple[str, Query] | None:
    view, source = asked.pop("view", "one"), asked.pop("source", "ambiguous")
    if view in ("all", "All 10,000"):
        return "train", {**asked, "tab": "errors", "errors": "alike"}
    view = "targets" if view in ("one", "One picture") else view
    way = "draw" if source in ("draw", "Draw") else "test"
    return "draw", {"T": "4", **asked, "way": way, "view": view}


def _draw(asked: Query) -> tuple[str, Query] | None:
    return ("draw", {"T": asked.pop("soften"), **asked}) if "soften" in asked else None


def _how_sure(asked: Query) -> tuple[str, Query] | None:
    if asked.pop("sure", "") in ("objectives", "Objectives"):
        return "experiments", {"experiment": "which_objective", "seen": "included"}
    images, temperature = asked.pop("of_images", "10000"), asked.pop("of_T", "10")
    cell = {"cell": f"{images},{temperature}"}
    if asked.get("of") in ("objective", "One objective"):
        del asked["of"]
        cell = {"cell": "500,10"}  # of the default setting, which has as many repeats
    return "sweep", {**asked, **cell, "show": "repeats"}


_MOVED: dict[str, Callable[[Query], tuple[str, Query] | None]] = {
    "dark_knowledge": _dark_knowledge,
    "draw": _draw,
    "how_sure": _how_sure,
}
"""Old page → what its parameters are called now, and on which page."""
