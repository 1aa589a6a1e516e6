"""decode_picture: the right pixels or one sentence, whatever the bytes are."""

import io
import re
import struct
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFile

from kd.pictures import picture_file
from kd.pictures.drawing import decode_picture, prepared, to_mnist
from kd.pictures.picture_file import MAX_BYTES, WORKING_SIDE

ONE_SENTENCE = re.compile(r"[A-Z].{5,200}\.", re.DOTALL)
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


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_lossless_grey_pictures_come_back_exactly(kind):
    np.testing.assert_array_equal(decode_picture(encoded(Image.fromarray(GREY), kind)), GREY)


@pytest.mark.parametrize(
    ("kind", "options"), [("PNG", {}), ("BMP", {}), ("GIF", {}), ("WEBP", {"lossless": True})]
)
def test_lossless_colour_pictures_come_back_exactly(kind, options):
    found = decode_picture(encoded(Image.fromarray(RED_LEFT), kind, **options))
    np.testing.assert_array_equal(found, RED_LEFT)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_pictures_come_back_nearly(kind):
    smooth = np.dstack([GREY, GREY // 2, GREY // 3])
    found = decode_picture(encoded(Image.fromarray(smooth), kind, quality=95))
    assert np.abs(found.astype(int) - smooth).max() < 16


def test_cmyk_becomes_rgb():
    found = decode_picture(encoded(Image.fromarray(RED_LEFT).convert("CMYK"), "JPEG", quality=100))
    assert found.shape == (24, 40, 3)
    assert np.abs(found[:, [5, 35]].astype(int) - RED_LEFT[:, [5, 35]]).max() < 8


def test_sixteen_bit_grey_keeps_its_upper_byte():
    deep = (np.arange(24 * 40, dtype=np.uint16) * 68).reshape(24, 40)
    np.testing.assert_array_equal(decode_picture(encoded(Image.fromarray(deep), "PNG")), deep >> 8)


def test_sixteen_bit_colour_keeps_its_upper_byte():
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


def test_black_and_white_bits_become_grey():
    bits = Image.fromarray(GREY).point(lambda level: 255 * (level > 127)).convert("1")
    np.testing.assert_array_equal(decode_picture(encoded(bits, "PNG")), np.where(GREY > 127, 255, 0))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_the_first_picture_of_an_animation_is_used(kind):
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("white", "black", "red")]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    found = decode_picture(content)
    assert found.shape[:2] == (6, 8)
    assert found.min() > 250


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_taken_sideways_is_turned_upright(kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side: a quarter turn clockwise
    found = decode_picture(encoded(Image.fromarray(RED_LEFT), kind, exif=exif, quality=95))
    assert found.shape == (40, 24, 3)
    assert found[:18, :, 0].min() > 200  # left has become the top
    assert found[22:, :, 0].max() < 60


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_unreadable_exif_does_not_spoil_a_sound_picture():
    content = encoded(Image.fromarray(RED_LEFT), "PNG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    np.testing.assert_array_equal(decode_picture(content), RED_LEFT)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"This is a text file that somebody named digit.png.", "not a picture"),
        (b"\x00" * 1000, "not a picture"),
        (b"%PDF-1.7\n" + b"x" * 100, "not a picture"),
        (encoded(Image.fromarray(GREY), "TIFF"), "not a picture"),
        (encoded(Image.fromarray(GREY), "PPM"), "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (PICTURE + b"\x00" * MAX_BYTES, r"too large \(10\.0 MB\)"),
        (png_header(10_000, 10_000) + png_chunk(b"IDAT", b""), "10,000 × 10,000 pixels"),
        (png_header(60_000, 60_000) + png_chunk(b"IDAT", b""), "The picture is too large"),
        (png_header(28, 28), "only part of one"),
        (png_header(28, 28) + png_chunk(b"IDAT", b"no zlib stream"), "damaged or incomplete"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_an_unusable_picture_gets_a_sentence(content, words):
    with pytest.raises(ValueError, match=words) as error:
        decode_picture(content)
    assert ONE_SENTENCE.fullmatch(str(error.value))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_gets_a_sentence(kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    with pytest.raises(ValueError, match=r"not a picture|damaged or incomplete"):
        decode_picture(content[: int(share * len(content))])


def test_pixels_are_counted_before_any_is_unpacked(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("the pixels were unpacked"))
    with pytest.raises(ValueError, match="too large"):
        decode_picture(png_header(6_000, 6_000) + png_chunk(b"IDAT", b""))


def outcome(content: bytes) -> str:
    """What the bytes turned into: 'a picture', or the sentence."""
    try:
        picture = decode_picture(content)
    except ValueError as error:
        return str(error)
    assert picture.dtype == np.uint8
    assert picture.ndim == 2 or picture.shape[2] in (3, 4)
    try:
        to_mnist(picture)
    except ValueError as error:
        return str(error)
    return "A picture."


@settings(max_examples=100)
@given(
    st.binary(max_size=400), st.sampled_from([b"", PICTURE[:33], b"\xff\xd8\xff", b"GIF89a", b"BM", b"RIFF"])
)
def test_any_bytes_give_a_picture_or_a_sentence(content, start):
    assert ONE_SENTENCE.fullmatch(outcome(start + content))


FILES = [
    encoded(Image.fromarray(RED_LEFT).quantize(2), "PNG", transparency=0),
    encoded(Image.fromarray(np.dstack([RED_LEFT, GREY])), "PNG"),
    encoded(Image.fromarray(RED_LEFT), "JPEG"),
    encoded(Image.fromarray(RED_LEFT), "WEBP"),
    encoded(Image.fromarray(RED_LEFT), "BMP"),
    encoded(Image.fromarray(RED_LEFT), "GIF"),
]


@settings(max_examples=300)
@given(st.data())
def test_mutated_pictures_give_a_picture_or_a_sentence(data):
    content = bytearray(data.draw(st.sampled_from(FILES)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert ONE_SENTENCE.fullmatch(outcome(bytes(content)))


def photograph(width: int, height: int, **options) -> bytes:
    """A JPEG of a dark seven on light paper."""
    picture = Image.new("RGB", (width, height), (200, 195, 180))
    corners = [(0.33, 0.22), (0.61, 0.27), (0.47, 0.81)]
    ImageDraw.Draw(picture).line(
        [(x * width, y * height) for x, y in corners], (40, 40, 60), min(width, height) // 12, joint="curve"
    )
    return encoded(picture, "JPEG", quality=85, **options)


@pytest.fixture
def full_size(monkeypatch) -> list[int]:
    """Records how many pixels Pillow unpacks of each picture."""
    sizes, load = [], ImageFile.ImageFile.load

    def noticed(picture: ImageFile.ImageFile):
        loaded = load(picture)
        sizes.append(picture.width * picture.height)
        return loaded

    monkeypatch.setattr(ImageFile.ImageFile, "load", noticed)
    return sizes


@pytest.mark.parametrize(("width", "height"), [(6000, 4000), (4000, 6000), (8064, 6048)])
def test_a_phone_photograph_is_unpacked_small_and_read_as_if_it_were_whole(width, height, full_size):
    content = photograph(width, height)
    found = decode_picture(content)
    assert max(found.shape) <= WORKING_SIDE
    assert max(full_size) <= width * height / 4
    whole = Image.open(io.BytesIO(content)).convert("RGB")
    whole.thumbnail((2000, 2000), Image.Resampling.BOX)
    np.testing.assert_allclose(to_mnist(found), to_mnist(np.asarray(whole)), atol=0.12)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_photograph_is_turned_upright_as_a_small_one_is(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    large = Image.open(io.BytesIO(photograph(2400, 1600)))
    small = encoded(large.reduce(4), "PNG", exif=exif)
    np.testing.assert_allclose(
        to_mnist(decode_picture(encoded(large, "JPEG", exif=exif, quality=90))),
        to_mnist(decode_picture(small)),
        atol=0.15,
    )


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
def test_a_large_picture_of_any_mode_is_averaged_down(mode):
    large = Image.fromarray(np.kron(GREY[:20, :20], np.ones((120, 120), np.uint8)))
    if mode == "I;16":
        large = Image.fromarray(np.asarray(large).astype(np.uint16) << 8)
    else:
        large = large.convert("RGB" if mode == "P" else mode)
        large = large.quantize(255) if mode == "P" else large
    found = decode_picture(encoded(large, "PNG"))
    assert found.shape[:2] == (800, 800)
    levels = found if found.ndim == 2 else found[..., 0]
    if mode != "1":
        np.testing.assert_allclose(levels[20::40, 20::40], GREY[:20, :20], atol=6)


def repeated_scans(scans: int, side: int = 600) -> bytes:
    """A progressive JPEG that repeats its last scan, which changes nothing, many times."""
    content = encoded(Image.new("L", (side, side)), "JPEG", progressive=True, quality=10)
    start = content.rfind(b"\xff\xc4", 0, content.rfind(b"\xff\xda"))
    return content[:-2] + content[start:-2] * scans + b"\xff\xd9"


def test_a_jpeg_with_too_many_scans_is_refused_before_any_is_read(full_size):
    assert decode_picture(repeated_scans(10)).shape == (600, 600)
    full_size.clear()
    for content in (repeated_scans(1000), repeated_scans(30, side=4500)):
        with pytest.raises(ValueError, match="takes too long to read"):
            decode_picture(content)
    assert full_size == []


def test_a_progressive_photograph_with_a_thumbnail_is_read():
    exif = Image.Exif()
    exif[0x010E] = "\xff\xda" * 500  # bytes that look like scans, where a thumbnail would be
    assert max(decode_picture(photograph(4000, 3000, progressive=True, exif=exif)).shape) <= WORKING_SIDE


@pytest.mark.parametrize("content", [photograph(2000, 1500), photograph(2000, 1500)[:20_000]])
def test_the_same_file_is_unpacked_once(content, monkeypatch):
    unpacked, seen = picture_file._unpacked, []
    monkeypatch.setattr(picture_file, "_unpacked", lambda picture: [seen.append(1), unpacked(picture)][1])
    content += b" again"  # used by no other test
    first, second = outcome(content), outcome(content)
    assert first == second
    assert seen == [1]


def test_large_pictures_are_unpacked_one_at_a_time_and_small_ones_wait_for_none(monkeypatch):
    unpacking, most = 0, []
    unpacked = picture_file._unpacked

    def slowly(picture: Image.Image) -> np.ndarray:
        nonlocal unpacking
        unpacking += 1
        most.append(unpacking)
        time.sleep(0.05)
        unpacking -= 1
        return unpacked(picture)

    monkeypatch.setattr(picture_file, "_unpacked", slowly)
    photographs = [photograph(1600, 1200) + bytes([number]) for number in range(4)]
    with ThreadPoolExecutor(4) as people:
        list(people.map(decode_picture, photographs))
    assert max(most) == 1

    decode_picture(photographs[1] + b" unpacked")
    monkeypatch.setattr(picture_file, "SECONDS_TO_WAIT", 0.05)
    done = threading.Event()
    picture_file._one_at_a_time.submit(done.wait)
    try:
        assert decode_picture(PICTURE + b" small").shape == (24, 40, 3)
        with pytest.raises(ValueError, match="try again in a minute"):
            prepared(photographs[1] + b" unpacked")
        with pytest.raises(ValueError, match="try again in a minute"):
            decode_picture(photographs[0] + b" other")
    finally:
        done.set()
    monkeypatch.undo()
    # being busy says nothing about the file
    assert decode_picture(photographs[0] + b" other").shape == (600, 800)
