"""The canvas: a drawing stays on it, whatever page, way in or run is looked at meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from kd.pictures.drawing import decode_picture

SIDE = 280
_KEY = "canvas"


@dataclass
class _Kept:
    """What a session keeps of its canvas, as Streamlit forgets a widget that is not on the page.

    canvas: its number; Clear takes a new one. drawing: another number for each new drawing on it.
    strokes: as the canvas describes them. begun_with: those it was given when it came on the page, which must
    not change while it is there. content: what it looks like, as a PNG. inked: whether anything is drawn.
    """

    canvas: int = 0
    drawing: int = 0
    strokes: dict[str, Any] | None = None
    begun_with: dict[str, Any] | None = None
    content: bytes | None = None
    inked: bool = False


def canvas(pen: int) -> tuple[bytes, np.ndarray] | None:
    """Draw the canvas; return its PNG and the pixels in it, or None before anything is drawn.

    Args:
        pen: its width in pixels of the square.

    Raises:
        ValueError: when what the browser has sent is no picture; the message says what to do.
    """
    # Registers its assets with the server when imported, so not before a server runs.
    from streamlit_drawable_canvas import st_canvas

    kept = _kept()
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
        # None until something is drawn: a canvas that comes back says nothing of its own accord
        content = kept.content if sent is None else sent
        if content is None:
            return None
        # with the limits of an upload: a browser that is none of ours may send anything
        pixels = decode_picture(content)
    except Exception:
        raise ValueError("The drawing did not arrive in one piece: press Clear and draw again.") from None
    inked = bool(_ink(pixels).any())
    if kept.inked and not inked:
        kept.drawing += 1  # undone or erased: what is drawn next is another drawing
    if sent is not None:
        kept.content, kept.strokes = content, _strokes(drawn.json_data)
    kept.inked = inked
    return (content, pixels) if inked else None


def clear() -> None:
    """Empty the canvas."""
    kept = _kept()
    st.session_state[_KEY] = _Kept(canvas=kept.canvas + 1, drawing=kept.drawing + 1)


def drawing_name() -> str:
    """One name for all strokes of one drawing, and another for the next."""
    return f"drawing {_kept().drawing}"


def is_a_dot(pixels: np.ndarray, pen: int) -> bool:
    """Whether the pen left one touch: ink hardly longer than the pen is wide. pixels: of `canvas`."""
    ink = _ink(pixels)
    return max(np.ptp(np.flatnonzero(ink.any(axis=axis))) for axis in (0, 1)) < 1.5 * pen


def _kept() -> _Kept:
    return st.session_state.setdefault(_KEY, _Kept())


def _strokes(sent: Any) -> dict[str, Any] | None:
    """The lines that a canvas has sent, and nothing else that might come with them."""
    objects = sent.get("objects") if isinstance(sent, dict) else None
    if not isinstance(objects, list):
        return None
    return {"objects": [o for o in objects if isinstance(o, dict) and str(o.get("type")).lower() == "path"]}


def _ink(pixels: np.ndarray) -> np.ndarray:
    """Where a grey, RGB or RGBA picture on black shows anything: bool (height, width)."""
    return pixels > 0 if pixels.ndim == 2 else (pixels[..., 0] | pixels[..., 1] | pixels[..., 2]) > 0
