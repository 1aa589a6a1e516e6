"""An uploaded file → its pixels, or one sentence that says why not.

They come from strangers, so whatever the bytes are, nothing but a ValueError comes out. And they cost little,
some 200 MB at most: large pictures are unpacked one at a time, and reduced on the way.
"""

import io
import re
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from kd.base.unusable import Unusable
from kd.text.translation import N_, _, in_this_language, numeral

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
MAX_BYTES = 10_000_000
MAX_PIXELS = 25_000_000
# A JPEG can be reduced while it is unpacked. The WebP library keeps several copies of the whole picture.
MAX_PIXELS_OF = {"JPEG": 64_000_000, "WEBP": 12_000_000}

# Larger pictures are first averaged down to this side; a digit in them still has pixels to spare.
WORKING_SIDE = 1024
# JPEG's own scaling, by 2, 4 or 8, ends above this side, so that averaging has the last word.
_DRAFT_SIDE = 1536

# A progressive JPEG has some ten scans, each over all its pixels, and is held in memory until the last.
MAX_SCANS = 100
MAX_SCANNED_PIXELS = 400_000_000
_SEGMENT = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")
_MAX_SEGMENTS = 10_000

SECONDS_TO_WAIT = 30
_SMALL = 250_000

_BROKEN = N_("The picture is damaged or incomplete: save it again, or try another one.")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="kd-pictures")


def decode_picture(content: bytes) -> np.ndarray:
    """Reads a PNG, JPEG, WebP, BMP or GIF picture; of an animation, the first frame.

    Size in bytes and pixels is checked before anything is unpacked. The picture is turned upright as its
    EXIF orientation says; palettes, CMYK and 16 bits a channel become 8-bit grey or RGB. One whose longer
    side is above WORKING_SIDE is averaged down to that or less, and such a JPEG becomes grey.

    Returns uint8, grey (height, width), RGB (height, width, 3), or RGBA (height, width, 4) where the picture
    has transparency. Raises ValueError for anything but a picture, Busy for too many large ones at once.
    """
    if not content:
        raise Unusable("The file is empty: choose a PNG, JPEG, WebP, BMP or GIF picture.")
    if len(content) > MAX_BYTES:
        raise Unusable(
            "The file is too large ({size} MB): use one of at most {most} MB.",
            size=numeral(len(content) / 1e6, ".1f"),
            most=MAX_BYTES // 1_000_000,
        )
    with _opened(content) as picture:
        kind = "JPEG" if picture.format == "MPO" else picture.format or ""
        check_pixels(*picture.size, MAX_PIXELS_OF.get(kind, MAX_PIXELS))
        pixels = picture.width * picture.height
        if kind == "JPEG":
            _check_scans(content, pixels)
        return in_turn(_unpacked, picture, pixels=pixels)


def refuse_without_warnings() -> None:
    """Drops Pillow's warnings of large pictures in the whole process, for an app or a command."""
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


class Busy(ValueError):
    """Too many large pictures are being read; the same file may be read a moment later."""


def in_turn(work: Callable[..., Any], *arguments: Any, pixels: int) -> Any:
    """Returns what `work` returns, called while no other large picture is worked on; small ones do not wait.

    Raises Busy after SECONDS_TO_WAIT.
    """
    # one thread works on all large ones, because the C library keeps the memory that each thread has used
    if pixels <= _SMALL:
        return work(*arguments)
    waiting = _one_at_a_time.submit(in_this_language(work), *arguments)
    try:
        return waiting.result(SECONDS_TO_WAIT)
    except TimeoutError:
        waiting.cancel()
        raise Busy(_("Many large pictures are being read at the moment: try again in a minute.")) from None


def check_pixels(width: int, height: int, most: int = MAX_PIXELS) -> None:
    """Raises ValueError when a picture has too many pixels."""
    if width * height > most:
        raise Unusable(
            "The picture is too large ({width} × {height} pixels): use one of at most {most} million pixels.",
            width=numeral(width),
            height=numeral(height),
            most=most // 1_000_000,
        )


def _check_scans(content: bytes, pixels: int) -> None:
    """Raises ValueError when a JPEG has more scans than any camera or program writes, for its size."""
    scans = _scans(content)
    if scans > 1 and (pixels > MAX_PIXELS or scans > MAX_SCANS or scans * pixels > MAX_SCANNED_PIXELS):
        raise Unusable(
            "The picture takes too long to read (a progressive JPEG of {size} million pixels): save it "
            "as a plain JPEG, or make it smaller.",
            size=numeral(pixels / 1e6, ",.1f"),
        )


def _scans(content: bytes) -> int:
    """Returns how often a JPEG goes over its pixels; above MAX_SCANS when it has too many segments."""
    if content.count(b"\xff\xda") < 2:
        return 1
    scans, at = 0, 2
    for _segment in range(_MAX_SEGMENTS):
        segment = _SEGMENT.search(content, at)
        if segment is None or segment[0] == b"\xff\xd9":
            return scans
        scans += segment[0] == b"\xff\xda"
        # what is inside a segment, such as a camera's thumbnail, does not count
        at = segment.end() + max(2, int.from_bytes(content[segment.end() : segment.end() + 2]))
    return MAX_SCANS + 1


def _opened(content: bytes) -> Image.Image:
    """Returns the picture with its header read and its pixels still packed."""
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise Unusable(
            "This is not a picture, or only part of one: choose a PNG, JPEG, WebP, BMP or GIF file."
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unusable(
            "The picture is too large: use one of at most {most} million pixels.",
            most=MAX_PIXELS // 1_000_000,
        ) from None
    except Exception:  # as in _unpacked
        raise Unusable(_BROKEN) from None


def _unpacked(picture: Image.Image) -> np.ndarray:
    try:
        longest = max(picture.size)
        if longest > WORKING_SIDE:
            scale = max(1, longest // _DRAFT_SIDE)
            picture.draft("L", (max(1, picture.width // scale), max(1, picture.height // scale)))
        picture.load()
        small, orientation = _small(picture), _orientation(picture)
        pixels = np.array(small.transpose(_TURNS[orientation]) if orientation in _TURNS else small)
    except MemoryError:
        raise Busy(_("There is not enough memory for this picture: use a smaller one.")) from None
    # A decoder that is given a stranger's bytes raises nearly anything: OSError, SyntaxError, IndexError,
    # struct.error, zlib.error …
    except Exception:
        raise Unusable(_BROKEN) from None
    return pixels


def _small(picture: Image.Image) -> Image.Image:
    """Returns it as grey, RGB or RGBA, averaged down in strips: memory never holds a second whole copy."""
    mode = "L" if picture.mode[:4] in ("1", "L", "I;16") else "RGB"
    mode = "RGBA" if picture.has_transparency_data else mode
    factor = -(-max(picture.size) // WORKING_SIDE)
    across, down = min(factor, picture.width), min(factor, picture.height)
    small = Image.new(mode, (-(-picture.width // across), -(-picture.height // down)))
    strip = 64 * down
    for top in range(0, picture.height, strip):
        part = picture.crop((0, top, picture.width, min(top + strip, picture.height)))
        if part.mode.startswith("I;16"):
            part = Image.fromarray((np.asarray(part) >> 8).astype(np.uint8))
        small.paste(part.convert(mode).reduce((across, down)), (0, top // down))
    return small


def _orientation(picture: Image.Image) -> int | None:
    try:
        return picture.getexif().get(0x0112)
    except Exception:  # unreadable EXIF with sound pixels: take them as they are
        return None
