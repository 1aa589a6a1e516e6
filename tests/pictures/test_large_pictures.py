"""Large pictures: unpacked small, one at a time and once, and refused where that takes too long."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFile, ImageOps

from kd.pictures import picture_file
from kd.pictures.drawing import prepared, to_mnist
from kd.pictures.picture_file import WORKING_SIDE, decode_picture
from kd.text import translation
from tests.pictures.test_picture_file import encoded
from tests.pseudo_language import LANGUAGE


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


@pytest.mark.parametrize(("width", "height"), [(4000, 6000), (8064, 6048)])
def test_a_phone_photograph_is_unpacked_small_and_read_as_if_it_were_whole(width, height, full_size):
    content = photograph(width, height)
    found = decode_picture(content)
    assert max(found.shape) <= WORKING_SIDE
    assert max(full_size) <= width * height / 4
    whole = Image.open(io.BytesIO(content)).convert("RGB")
    whole.thumbnail((2000, 2000), Image.Resampling.BOX)
    np.testing.assert_allclose(to_mnist(found), to_mnist(np.asarray(whole)), atol=0.12)


def test_a_large_photograph_is_turned_upright_as_pillow_does_it():
    large = Image.open(io.BytesIO(photograph(2400, 1600)))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        small = encoded(large.reduce(4), "PNG", exif=exif)
        turned = ImageOps.exif_transpose(Image.open(io.BytesIO(small)))
        np.testing.assert_array_equal(decode_picture(small), np.asarray(turned))
        found = to_mnist(decode_picture(encoded(large, "JPEG", exif=exif, quality=90)))
        np.testing.assert_allclose(found, to_mnist(np.asarray(turned)), atol=0.15)


@pytest.mark.parametrize("size", [(2060, 300), (2060, 2), (2, 2060)])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_a_large_picture_of_any_mode_is_averaged_down_as_pillow_does_it(mode, size):
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 4)).astype(np.uint8)
    if mode == "I;16":
        large = Image.fromarray(noise[..., 0].astype(np.uint16) << 8 | noise[..., 1])
        whole = Image.fromarray(noise[..., 0])
    else:
        coloured = Image.fromarray(noise)
        large = (coloured.convert("RGB") if mode == "P" else coloured).convert(mode)
        whole = large.convert({"1": "L", "P": "RGB", "CMYK": "RGB"}.get(mode, mode))
    expected = np.asarray(whole.reduce((min(3, size[0]), min(3, size[1]))))
    found = picture_file._unpacked(
        Image.open(io.BytesIO(encoded(large, "TIFF" if mode == "CMYK" else "PNG")))
    )
    np.testing.assert_array_equal(found, expected)


def test_a_picture_of_1024_pixels_keeps_its_colours_and_a_larger_jpeg_becomes_grey(full_size):
    for side, shape in ((1024, (1, 1024, 3)), (1025, (1, 513))):
        assert decode_picture(encoded(Image.new("RGB", (side, 1), "red"), "JPEG")).shape == shape
    full_size.clear()
    decode_picture(photograph(3000, 40))  # below twice the side that is wanted
    assert set(full_size) == {3000 * 40}


def repeated_scans(scans: int, side: int = 600) -> bytes:
    """A progressive JPEG that repeats its last scan, which changes nothing, many times."""
    content = encoded(Image.new("L", (side, side)), "JPEG", progressive=True, quality=10)
    start = content.rfind(b"\xff\xc4", 0, content.rfind(b"\xff\xda"))
    return content[:-2] + content[start:-2] * scans + b"\xff\xd9"


def test_a_jpeg_with_too_many_scans_is_refused_before_any_is_read(full_size):
    assert decode_picture(repeated_scans(10)).shape == (600, 600)
    full_size.clear()
    for content, size in ((repeated_scans(300), "0.4"), (repeated_scans(30, side=4500), "20.2")):
        with pytest.raises(ValueError, match=rf"takes too long .* of {size} million pixels"):
            decode_picture(content)
    assert full_size == []


def test_a_progressive_photograph_with_bytes_that_look_like_scans_in_a_comment_is_read():
    content = photograph(4000, 3000, progressive=True, comment=b"\xff\xda" * 500)
    assert max(decode_picture(content).shape) <= WORKING_SIDE


def test_the_same_file_is_unpacked_once_and_so_is_a_refused_one(full_size, monkeypatch):
    content = photograph(2000, 1500) + b" again"  # used by no other test
    first = prepared(content)
    unpacked = len(full_size)
    assert prepared(content) is first
    assert not first.flags.writeable
    assert len(full_size) == unpacked > 0
    damaged, unpacked, unpack = photograph(2000, 1500)[:20_000], [], picture_file._unpacked

    def counted(picture: Image.Image) -> np.ndarray:
        unpacked.append(picture.size)
        return unpack(picture)

    monkeypatch.setattr(picture_file, "_unpacked", counted)
    for _ in range(3):
        with pytest.raises(ValueError, match="damaged or incomplete"):
            prepared(damaged)
    assert len(unpacked) == 1


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
    small = encoded(Image.new("L", (500, 500)), "PNG")
    done = threading.Event()
    picture_file._one_at_a_time.submit(done.wait)
    try:
        assert decode_picture(small).shape == (500, 500)
        for read, content in ((prepared, b" unpacked"), (decode_picture, b" other")):
            with pytest.raises(picture_file.Busy, match="try again in a minute"):
                read(photographs[1] + content)
    finally:
        done.set()
    monkeypatch.undo()
    # being busy says nothing about the file
    assert decode_picture(photographs[1] + b" other").shape == (600, 800)


def test_a_large_picture_is_refused_in_the_language_of_whoever_brought_it(pseudo_language, monkeypatch):
    """Another thread reads large pictures, one after the other."""
    reader = threading.current_thread()
    monkeypatch.setattr(
        translation, "_wanted", lambda: (LANGUAGE if threading.current_thread() is reader else "en",)
    )
    large = encoded(Image.new("L", (700, 701)), "PNG")
    for content, words in ((large[:-40], "The picture is damaged"), (large, "The picture is empty")):
        with pytest.raises(ValueError, match=f"^⟦{words}"):
            prepared(content)
