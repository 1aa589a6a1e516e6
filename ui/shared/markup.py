"""Small pieces of HTML and Markdown that several figures share; their looks are in style.css."""

import base64
import io
import re
import string
from functools import lru_cache
from html import escape

import numpy as np
from PIL import Image

from kd.text.translation import _
from kd.text.words import NAMES

_LONGEST = 400
_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
# Addresses, shortcodes and icons are found in the finished text, where a backslash no longer shows:
# a word joiner, which has no width, keeps them apart.
_JOINER = "\u2060"
_FOUND_LATER = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)", re.IGNORECASE)


def literal(text: str) -> str:
    """Returns Markdown that shows any text letter by letter, up to 400; invisible characters are replaced."""
    visible = "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text[: 2 * _LONGEST])
    line = " ".join(visible.split())
    if len(line) > _LONGEST:
        line = f"{line[: _LONGEST - 1]}…"
    return _PUNCTUATION.sub(r"\\\g<0>", _FOUND_LATER.sub(_JOINER, line))


def role(model: str, text: str | None = None) -> str:
    """Returns a model's name (or another text) with the model's mark, as HTML; also of 'labels'."""
    name = _(NAMES[model]) if model in NAMES else _("Labels")
    return f'<span class="kd-role kd-{model}">{escape(text or name)}</span>'


def unseen(words: str) -> str:
    """Returns a sentence for screen readers alone, as HTML that takes no room."""
    return f'<p class="kd-unseen">{escape(words)}</p>'


def pixels(picture: np.ndarray, description: str) -> str:
    """Returns a picture (28, 28) in [0, 1] as an img element with hard pixel edges and a text alternative."""
    return f'<img class="kd-pixels" src="{pixels_source(picture)}" alt="{escape(description)}">'


def pixels_source(picture: np.ndarray) -> str:
    """Returns a picture (28, 28) in [0, 1] as the source of an image, a PNG of its pixels."""
    levels = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return image_source("png", _png(levels.tobytes(), *levels.shape))


def image_source(kind: str, content: bytes) -> str:
    """Returns a picture as the source of an image. kind: png or svg+xml."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


@lru_cache(maxsize=1_000)
def _png(levels: bytes, height: int, width: int) -> bytes:
    buffer = io.BytesIO()
    Image.frombytes("L", (width, height), levels).save(buffer, format="PNG")
    return buffer.getvalue()
