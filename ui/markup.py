"""Small pieces of HTML that several figures share; their looks are in style.css."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

from kd.words import NAMES


def role(model: str, text: str | None = None) -> str:
    """A model's name (or another text) with the model's mark; also 'labels'."""
    return f'<span class="kd-role kd-{model}">{escape(text or NAMES.get(model, "Labels"))}</span>'


def image_source(path: Path) -> str:
    """An SVG file as the source of an img element."""
    return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}"


def pixels(picture: np.ndarray, description: str) -> str:
    """A picture (28, 28) in [0, 1] as an img element with hard pixel edges and a text alternative."""
    levels = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(levels, mode="L").save(buffer, format="PNG")
    source = base64.b64encode(buffer.getvalue()).decode()
    return f'<img class="kd-pixels" src="data:image/png;base64,{source}" alt="{escape(description)}">'
