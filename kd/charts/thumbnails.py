"""Pictures of digits as small images: thumbnails to click, and cards with a few lines about each picture."""

import base64
import io
from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
from PIL import Image

from kd.text.translation import _

# Pixels are enlarged here, because a browser would blur them.
ENLARGED = 2


def thumbnail_rows(pictures: np.ndarray, numbers: Sequence[int], captions: Sequence[str]) -> pd.DataFrame:
    """Makes the rows of both charts; images are PNGs as data addresses.

    pictures: (n, 28, 28), uint8 or float in [0, 1]. captions: for cards, of several lines.
    """
    return pd.DataFrame(
        {
            "place": range(len(pictures)),
            "picture": [int(number) for number in numbers],
            "caption": list(captions),
            "image": [_png_address(picture) for picture in pictures],
        }
    )


def thumbnail_chart(rows: pd.DataFrame, columns: int = 6, count: int = 12) -> alt.LayerChart | alt.FacetChart:
    """Draws pictures with their captions, room for `count`; a click selects in the parameter "picked"."""
    size, lines = 44, -(-count // columns)
    base = _in_lines(columns, lines).encode(
        tooltip=[alt.Tooltip("picture:Q", title=_("Picture"), format=",d")]
    )
    picked = alt.selection_point(name="picked", fields=["picture"], toggle=False)
    images = (
        base.transform_calculate(spoken="format(datum.picture, ',d') + ', ' + datum.caption")
        .mark_image(width=size, height=size, cursor="pointer", yOffset=-8, aria=True)
        .encode(url="image:N", description="spoken:N")
        .add_params(picked)
    )
    captions = base.mark_text(dy=size // 2 + 1, limit=size + 20).encode(text="caption:N")
    return alt.layer(images, captions, data=rows, width="container", height=lines * (size + 28), padding=0)


def card_chart(rows: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Draws pictures in two columns, each with the lines of its caption beside it: at most five."""
    columns, size = 2, 76
    lines = max(1, -(-len(rows) // columns))
    base = _in_lines(columns, lines)
    images = base.mark_image(width=size, height=size, xOffset=-size * 0.6).encode(url="image:N")
    captions = base.mark_text(align="left", dx=0, dy=-size * 0.35, lineBreak="\n", lineHeight=17).encode(
        text="caption:N"
    )
    return alt.layer(images, captions, data=rows, width="container", height=lines * (size + 16), padding=0)


def _in_lines(columns: int, lines: int) -> alt.Chart:
    return (
        alt.Chart()
        .transform_calculate(column=f"datum.place % {columns}", line=f"floor(datum.place / {columns})")
        .encode(
            x=alt.X("column:O", axis=None, scale=alt.Scale(domain=list(range(columns)))),
            y=alt.Y("line:O", axis=None, scale=alt.Scale(domain=list(range(lines)))),
        )
    )


def _png_address(picture: np.ndarray) -> str:
    levels = picture if picture.dtype == np.uint8 else np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(levels.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)).save(buffer, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
