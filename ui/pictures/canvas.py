"""The canvas: it keeps its drawing while the person looks at other pages, pictures or runs."""

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from cachetools import TTLCache

from kd.base.unusable import Unusable
from kd.pictures.picture_file import decode_picture

SIDE = 280
_KEY = "canvas"
_MOST_LEFT = 50_000

_left: TTLCache[str, tuple[dict[str, Any], bytes]] = TTLCache(maxsize=1_000, ttl=900.0)
"""What pages have left unfinished on their canvas, by name: its strokes, and its PNG."""
_lock = threading.Lock()


@dataclass
class _Kept:
    """What a session keeps of its canvas, because Streamlit forgets a widget that is not on the page."""

    canvas: int = 0  # its number: Clear takes a new one
    drawing: int = 0  # the number of the drawing on it
    strokes: dict[str, Any] | None = None  # as the canvas describes them
    begun_with: dict[str, Any] | None = None  # those when it came on the page: they must not change there
    content: bytes | None = None  # a PNG
    inked: bool = False  # whether anything is drawn
    name: str = ""  # under which the next page finds it


def canvas(pen: int, name: str = "") -> tuple[bytes, np.ndarray] | None:
    """Draws the canvas; returns its PNG and the pixels in it, or None before anything is drawn.

    name: with one, a page that is loaded anew has what was drawn under it.

    Raises ValueError, with what to do, when the browser sent no picture.
    """
    # Importing it registers its assets with the server, so there must be a server by then.
    from streamlit_drawable_canvas import st_canvas

    kept = _kept()
    if name != kept.name:
        _begin(kept, name)
    key = f"canvas_{kept.canvas}"
    if key not in st.session_state:
        kept.begun_with = kept.strokes
    drawn = st_canvas(
        stroke_width=pen,
        stroke_color="#FFFFFF",
        background_color="#000000",
        width=SIDE,
        height=SIDE,
        drawing_mode="freedraw",
        initial_drawing=kept.begun_with,
        return_image_data=True,
        key=key,
    )
    try:
        sent = drawn.image_bytes
        # None until something is drawn: a canvas that returns to the page sends nothing by itself
        content = kept.content if sent is None else sent
        if content is None:
            return None
        # within the limits of an upload: what sends this need not be our page
        pixels = decode_picture(content)
    except Exception:
        raise Unusable("The drawing arrived incomplete: press Clear and draw again.") from None
    inked = bool(_ink(pixels).any())
    if kept.inked and not inked:
        kept.drawing += 1  # undone or erased: the next stroke begins another drawing
    if sent is not None:
        kept.content, kept.strokes = content, _strokes(drawn.json_data)
    kept.inked = inked
    if name:
        _leave(kept)
    return (content, pixels) if inked else None


def clear() -> None:
    kept = _kept()
    with _lock:
        _left.pop(kept.name, None)
    st.session_state[_KEY] = _Kept(canvas=kept.canvas + 1, drawing=kept.drawing + 1, name=kept.name)


def undo() -> None:
    """Takes back a stroke that the canvas began with: its own Undo, pressed by canvas.js, does not."""
    kept = _kept()
    begun, now = ((each or {"objects": []})["objects"] for each in (kept.begun_with, kept.strokes))
    if now and len(now) <= len(begun):
        kept.begun_with = {"objects": now[:-1]}


def drawing_name() -> str:
    """Returns the name of the present drawing: the same for all its strokes, another for the next drawing."""
    return f"drawing {_kept().drawing}"


def is_a_dot(pixels: np.ndarray, pen: int) -> bool:
    """Returns whether the ink is hardly longer than the pen is wide. pixels: from `canvas`."""
    ink = _ink(pixels)
    return max(int(np.ptp(np.flatnonzero(ink.any(axis=axis)))) for axis in (0, 1)) < 1.5 * pen


def _begin(kept: _Kept, name: str) -> None:
    """Goes on with what was left under a name, on an empty canvas."""
    with _lock:
        left = _left.get(name)
    kept.name = name
    if left and not kept.inked:
        kept.strokes, kept.content = left


def _leave(kept: _Kept) -> None:
    with _lock:
        if kept.inked and kept.strokes and kept.content and len(repr(kept.strokes)) < _MOST_LEFT:
            _left[kept.name] = kept.strokes, kept.content
        else:
            _left.pop(kept.name, None)


def _kept() -> _Kept:
    return st.session_state.setdefault(_KEY, _Kept())


def _strokes(sent: Any) -> dict[str, Any] | None:
    """Returns the lines that a canvas sent, without anything else that might be among them."""
    objects = sent.get("objects") if isinstance(sent, dict) else None
    if not isinstance(objects, list):
        return None
    return {"objects": [o for o in objects if isinstance(o, dict) and str(o.get("type")).lower() == "path"]}


def _ink(pixels: np.ndarray) -> np.ndarray:
    """Returns where a grey, RGB or RGBA picture on black shows anything: bool (height, width)."""
    return pixels > 0 if pixels.ndim == 2 else (pixels[..., 0] | pixels[..., 1] | pixels[..., 2]) > 0
