"""Pages that are part of another page now: where their old addresses lead."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

Query = dict[str, str]


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
        return "train", {**asked, "errors": "alike"}
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
