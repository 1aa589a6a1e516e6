"""An uploaded file → its pixels, or one sentence that says why not.

Whatever the bytes are, nothing but a ValueError comes out: they are a stranger's.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
MAX_BYTES = 10_000_000
MAX_PIXELS = 25_000_000

# Pillow's own warning of large pictures would only stand in the log: `check_pixels` refuses them.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

_BROKEN = "The picture is damaged or incomplete: save it again, or try another one."


def decode_picture(content: bytes) -> np.ndarray:
    """Read a PNG, JPEG, WebP, BMP or GIF picture; of an animation, the first picture.

    Size in bytes and pixels is checked before anything is unpacked. The picture is turned upright as its
    EXIF orientation says; palettes, CMYK and 16 bits a channel become 8-bit grey or RGB.

    Args:
        content: the file, as it was uploaded.

    Returns:
        uint8, grey (height, width), RGB (height, width, 3), or RGBA (height, width, 4) where the picture
        has transparency.

    Raises:
        ValueError: one sentence, for anything else than such a picture.
    """
    if not content:
        raise ValueError("The file is empty: choose a PNG, JPEG, WebP, BMP or GIF picture.")
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"The file is too large ({len(content) / 1e6:.1f} MB): "
            f"use one of at most {MAX_BYTES // 1_000_000} MB."
        )
    with _opened(content) as picture:
        check_pixels(*picture.size)
        try:
            return _pixels(_upright(picture))
        # A decoder fed with a stranger's bytes raises nearly anything: OSError, SyntaxError, IndexError,
        # struct.error, zlib.error, MemoryError …
        except Exception:
            raise ValueError(_BROKEN) from None


def check_pixels(width: int, height: int) -> None:
    """Refuse a picture of too many pixels.

    Raises:
        ValueError: when width × height is above MAX_PIXELS.
    """
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"The picture is too large ({width:,} × {height:,} pixels): "
            f"use one of at most {MAX_PIXELS // 1_000_000} million pixels."
        )


def _opened(content: bytes) -> Image.Image:
    """The picture with its header read and its pixels still packed."""
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise ValueError(
            "This is not a picture, or only a part of one: choose a PNG, JPEG, WebP, BMP or GIF file."
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(
            f"The picture is too large: use one of at most {MAX_PIXELS // 1_000_000} million pixels."
        ) from None
    except Exception:  # as in decode_picture
        raise ValueError(_BROKEN) from None


def _upright(picture: Image.Image) -> Image.Image:
    picture.load()
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # unreadable EXIF beside sound pixels: take them as they lie
        return picture


def _pixels(picture: Image.Image) -> np.ndarray:
    if picture.mode == "I" or picture.mode.startswith("I;16"):
        return (np.asarray(picture).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
    if picture.has_transparency_data:
        return np.asarray(picture.convert("RGBA"))
    if picture.mode not in ("1", "L"):
        return np.asarray(picture.convert("RGB"))
    return np.asarray(picture.convert("L"))
