"""decode_picture: the right pixels or one sentence, whatever the bytes are."""

import io
import re
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from kd.pictures import picture_file
from kd.pictures.picture_file import MAX_BYTES, decode_picture

GREY = np.tile(np.linspace(0, 255, 40).astype(np.uint8), (24, 1))
RED_LEFT = np.zeros((24, 40, 3), np.uint8)
RED_LEFT[:, :20] = (250, 10, 10)


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def png_header(width: int, height: int, bits: int = 8, colour: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


PICTURE = encoded(Image.fromarray(RED_LEFT), "PNG")


@pytest.mark.parametrize(
    ("pixels", "kind", "options"),
    [
        *[(GREY, kind, {}) for kind in ("PNG", "BMP")],
        *[(RED_LEFT, kind, {}) for kind in ("PNG", "BMP", "GIF")],
        (RED_LEFT, "WEBP", {"lossless": True}),
        (RED_LEFT, "PNG", {"exif": b"Exif\x00\x00II*\x00\xff\xff\xff\xff"}),
    ],
)
@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_lossless_pictures_come_back_exactly_even_with_unreadable_exif(pixels, kind, options):
    np.testing.assert_array_equal(decode_picture(encoded(Image.fromarray(pixels), kind, **options)), pixels)


def test_lossy_pictures_come_back_nearly_and_cmyk_becomes_rgb():
    smooth = Image.fromarray(np.dstack([GREY, GREY // 2, GREY // 3]))
    for picture, kind in ((smooth, "JPEG"), (smooth, "WEBP"), (smooth.convert("CMYK"), "JPEG")):
        found = decode_picture(encoded(picture, kind, quality=95))
        assert np.abs(found.astype(int) - np.asarray(smooth)).max() < 16


def test_sixteen_bit_pictures_keep_their_upper_byte():
    deep = (np.arange(24 * 40, dtype=np.uint16) * 68).reshape(24, 40)
    np.testing.assert_array_equal(decode_picture(encoded(Image.fromarray(deep), "PNG")), deep >> 8)
    deep = np.random.default_rng(0).integers(0, 65536, (4, 5, 3)).astype(">u2")
    rows = b"".join(b"\x00" + row.tobytes() for row in deep)
    content = png_header(5, 4, bits=16, colour=2) + png_chunk(b"IDAT", zlib.compress(rows))
    found = decode_picture(content + png_chunk(b"IEND", b""))
    assert np.abs(found.astype(int) - (deep >> 8)).max() <= 1


def test_a_palette_with_transparency_becomes_rgba():
    picture = Image.fromarray(RED_LEFT).quantize(2)
    clear = picture.getpixel((39, 0))
    found = decode_picture(encoded(picture, "PNG", transparency=clear))
    assert found.shape == (24, 40, 4)
    assert (found[:, :20, 3] == 255).all()
    assert (found[:, 20:, 3] == 0).all()
    assert np.abs(found[:, :20, :3].astype(int) - RED_LEFT[:, :20]).max() < 12


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_the_first_picture_of_an_animation_is_used(kind):
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("white", "black", "red")]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    found = decode_picture(content)
    assert found.shape[:2] == (6, 8)
    assert found.min() > 250


def test_an_app_hears_no_warnings_of_large_pictures():
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        picture_file.refuse_without_warnings()
        warnings.warn("large", Image.DecompressionBombWarning, stacklevel=1)
        warnings.warn("other", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in heard] == ["other"]


def jpeg_header(width: int, height: int) -> bytes:
    return b"\xff\xd8\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"


def webp_header(width: int, height: int) -> bytes:
    frame = b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14) + b"\x00" * 7
    return b"RIFF" + struct.pack("<I", 12 + len(frame)) + b"WEBPVP8L" + struct.pack("<I", len(frame)) + frame


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"This is a text file that somebody named digit.png.", "This is not a picture"),
        (encoded(Image.fromarray(GREY), "TIFF"), "This is not a picture"),
        (bytes(MAX_BYTES + 1), "The file is too large (10.0 MB): use one of at most 10 MB."),
        (png_header(5_000, 5_001) + png_chunk(b"IDAT", b""), "(5,000 × 5,001 pixels): use one of at most 25"),
        (jpeg_header(8_000, 8_001), "(8,000 × 8,001 pixels): use one of at most 64 million"),
        (webp_header(4_000, 3_001), "(4,000 × 3,001 pixels): use one of at most 12 million"),
        (png_header(60_000, 60_000) + png_chunk(b"IDAT", b""), "too large: use one of at most 25 million"),
        (png_header(28, 28), "only part of one"),
        (png_header(28, 28) + png_chunk(b"IDAT", b"no zlib stream"), "The picture is damaged or incomplete"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # and not ten million bytes
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_an_unusable_picture_gets_a_sentence(content, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        decode_picture(content)


def test_without_memory_for_it_a_picture_is_read_another_time(monkeypatch):
    with monkeypatch.context() as without:
        without.setattr(ImageFile.ImageFile, "load", lambda _: bytes(2**62))
        with pytest.raises(picture_file.Busy, match="not enough memory"):
            decode_picture(PICTURE + b" too much")
    assert decode_picture(PICTURE + b" too much").shape == (24, 40, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_a_truncated_picture_gets_a_sentence(kind):
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(ValueError, match=r"not a picture|damaged or incomplete"):
            decode_picture(content[: int(share * len(content))])
