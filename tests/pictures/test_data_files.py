"""A person's npz file becomes a data set, or is refused in one sentence; nothing in it is trusted."""

from __future__ import annotations

import contextlib
import io
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kd.base.unusable import Unusable
from kd.pictures.data_files import read_data

TRAIN, TEST = 30, 21


def arrays(**changes) -> dict[str, np.ndarray]:
    """Grey pictures of 28 × 28 with a dark border, and three classes."""
    random = np.random.default_rng(1)
    found = {}
    for part, count in (("train", TRAIN), ("test", TEST)):
        pictures = np.zeros((count, 28, 28), np.uint8)
        pictures[:, 3:25, 3:25] = random.integers(0, 256, (count, 22, 22))
        pictures[0, 3, 3] = 255
        found |= {f"x_{part}": pictures, f"y_{part}": np.arange(count) % 3}
    return {name: value for name, value in (found | changes).items() if value is not None}


def packed(given: dict[str, np.ndarray] | None = None, **changes) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=True, **(arrays(**changes) if given is None else given))
    return buffer.getvalue()


def zipped(*members: tuple[str, bytes], **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def members(**changes: bytes) -> list[tuple[str, bytes]]:
    found = {f"{name}.npy": npy(value) for name, value in arrays().items()}
    return list((found | {f"{name}.npy": content for name, content in changes.items()}).items())


def with_nan() -> np.ndarray:
    pictures = arrays()["x_train"] / 255
    pictures[-1, 5, 5] = np.nan
    return pictures


def altered(content: bytes) -> bytes:
    """The same file with another byte among the pixels, which are not compressed."""
    at = content.index(b"x_train.npy") + 5000
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def stored() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays())
    return buffer.getvalue()


def huge_header() -> bytes:
    return b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(50_000_000)


def longer(header_says: int) -> bytes:
    """An array whose header says that it has more pictures than there are."""
    return npy(arrays()["x_train"]).replace(b"(30, 28, 28)", f"({header_says}, 28, 28)".encode())


SOUND = packed()
SQUARE = "must be square, from 8 × 8 to 64 × 64"
VALUES = "whole numbers from 0 to 255, or floats from 0 to 1"
NUMBERS = "save it as an array of numbers"
SAVE = "np.savez_compressed"
DAMAGED = "damaged or incomplete (at 'x_train'): save it again"

BROKEN = {
    "nothing": (lambda: b"", ["not an npz", SAVE]),
    "no zip": (lambda: b"x_train" * 100, ["not an npz", SAVE]),
    "a pickle": (lambda: pickle.dumps(arrays()), ["not an npz", SAVE]),
    "an npy": (lambda: npy(arrays()["x_train"]), ["not an npz", SAVE]),
    "cut off": (lambda: packed()[:-100], ["not an npz", SAVE]),
    "a directory without end": (lambda: zipped(*[(f"{n}", b"") for n in range(3000)]), ["not an npz", SAVE]),
    "a comment behind it": (lambda: packed()[:-2] + b"\x05\x00PK\x05\x06x", ["not an npz", SAVE]),
    "wrong checksum": (lambda: altered(stored()), [DAMAGED]),
    "header without end": (lambda: zipped(*members(x_train=huge_header())), [DAMAGED]),
    "header of too many": (lambda: zipped(*members(x_train=longer(40))), [DAMAGED]),
    "header of fewer than none": (lambda: zipped(*members(x_train=longer(-1))), [DAMAGED]),
    "no header": (lambda: zipped(*members(x_train=b"abc")), [DAMAGED]),
    "an array missing": (lambda: packed(y_test=None), ["no y_test", "x_train, y_train, x_test and y_test"]),
    "in a folder": (
        lambda: zipped(*[(f"a/{n}", c) for n, c in members()]),
        ["no x_train", "arrays"],
    ),
    "twice": (lambda: zipped(*members(), *members()[:1]), ["x_train twice", "once"]),
    "objects": (lambda: packed(x_train=np.array([{}] * TRAIN)), ["x_train has Python objects", NUMBERS]),
    "objects of a fitting size": (lambda: packed(y_test=np.full(21, None)), ["y_test has Python", NUMBERS]),
    "complex numbers": (
        lambda: packed(x_test=np.ones((21, 28, 28), complex)),
        ["'complex128'", VALUES],
    ),
    "a scalar": (lambda: packed(x_train=np.array(7)), ["shape ()", SQUARE]),
    "oblong": (lambda: packed(x_train=np.ones((30, 28, 32), np.uint8)), ["(30, 28, 32)", SQUARE]),
    "too small": (lambda: packed(x_train=np.ones((30, 7, 7), np.uint8)), ["(30, 7, 7)", SQUARE]),
    "too large": (lambda: packed(x_test=np.ones((21, 65, 65), np.uint8)), ["(21, 65, 65)", SQUARE]),
    "flat": (lambda: packed(x_train=np.ones((30, 784), np.uint8)), ["(30, 784)", "(n, side, side)"]),
    "too few": (lambda: packed(x_test=arrays()["x_test"][:19]), ["x_test has 19", "from 20 to 20,000"]),
    "too many": (
        lambda: packed(x_test=np.zeros((20_001, 8, 8), np.uint8)),
        ["x_test has 20,001", "from 20 to 20,000"],
    ),
    "Fortran order": (
        lambda: packed(x_train=np.asfortranarray(arrays()["x_train"])),
        ["x_train is stored in Fortran order", "np.ascontiguousarray(x_train)"],
    ),
    "no numbers": (lambda: packed(x_train=with_nan()), ["x_train", "NaN", "give each a value"]),
    "negative pixels": (lambda: packed(x_train=arrays()["x_train"] / 127.5 - 1), ["from -1 to 1", VALUES]),
    "scaled one by one": (lambda: packed(x_test=arrays()["x_test"] / 255), ["up to 255", "1", "both alike"]),
    "too bright": (lambda: packed(x_train=arrays()["x_train"].astype(int) + 1), ["from 1 to 256", VALUES]),
    "floats up to 9.5": (
        lambda: packed(x_train=arrays()["x_train"] / 255 * 9.5, x_test=arrays()["x_test"] / 255),
        ["from 0 to 9.5", VALUES],
    ),
    "all the same": (
        lambda: packed(x_train=arrays()["x_train"] * 0, x_test=arrays()["x_test"] * 0),
        ["x_train is empty: all its pixels are 0"],
    ),
    "a label too many": (
        lambda: packed(y_train=np.arange(31) % 3),
        ["(31,)", "30 pictures", "one label"],
    ),
    "one-hot": (lambda: packed(y_train=np.eye(3)[np.arange(30) % 3]), ["(30, 3)", "one label"]),
    "negative labels": (lambda: packed(y_test=arrays()["y_test"] - 1), ["y_test", "whole numbers from 0 up"]),
    "halves": (lambda: packed(y_test=arrays()["y_test"] / 2), ["y_test", "whole numbers from 0 up"]),
    "letters as labels": (
        lambda: packed(y_test=np.array(["a"] * 21)),
        ["y_test", "whole", "classes"],
    ),
    "one class": (
        lambda: packed(y_train=np.zeros(30, int), y_test=np.zeros(21, int)),
        ["1 different", "from 2"],
    ),
    "63 classes": (
        lambda: packed(x_train=np.ones((63, 8, 8), np.uint8), y_train=np.arange(63)),
        ["63 different", "to 62 classes"],
    ),
    "a class never tested": (lambda: packed(y_test=np.arange(21) % 2), ["'2'", "x_test", "each class needs"]),
    "too few names": (
        lambda: packed(classes=np.array(["a", "b"])),
        ["2 names for 3", "one for each"],
    ),
    "names of another kind": (lambda: packed(classes=np.arange(3)), ["classes must be a list of names"]),
    "a long name": (lambda: packed(classes=np.array(["a", "b", "c" * 13])), ["'ccccccccccccc'", "1 to 12"]),
    "markup": (
        lambda: packed(classes=np.array(["a", "b", "<b>c</b>"])),
        ["'<b>c</b>'", "letters"],
    ),
    "a name twice": (lambda: packed(classes=np.array(["a", "b", "a"])), ["Two classes", "'a'", "own name"]),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_in_one_sentence_that_says_what_is_wrong_and_what_is_allowed(kind):
    content, said = BROKEN[kind]
    with pytest.raises(Unusable) as refused:
        read_data(content())
    sentence = str(refused.value)
    assert all(words in sentence for words in said), sentence
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert "\n" not in sentence


def test_more_than_a_gigabyte_is_refused_before_any_of_it_is_unpacked():
    pictures = np.broadcast_to(np.float16(1), (70_000, 64, 64, 3))  # which takes two bytes
    few = (arrays()["x_test"], arrays()["y_test"])
    with pytest.raises(Unusable, match=r"too large \(1\.7 GB\): at most 1\.2 GB"):
        read_data(((pictures, np.arange(70_000) % 3), few))


def test_a_header_without_end_takes_no_memory():
    content = zipped(*members(x_train=huge_header()))
    tracemalloc.start()
    with pytest.raises(Unusable):
        read_data(content)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
def test_whatever_the_bytes_are_nothing_but_a_sentence_comes_out(changes):
    altered = bytearray(SOUND)
    for place, value in changes:
        # mostly where headers and the directory are
        altered[-1 - place % 600 if place % 2 else place % len(altered)] = value
    with contextlib.suppress(Unusable):
        assert read_data(bytes(altered)).classes == ("0", "1", "2")


def test_grey_pictures_of_28_pixels_stay_as_they_are():
    given = arrays()
    found = read_data(packed())
    for name, array in given.items():
        assert found.arrays[name].dtype == np.uint8
        np.testing.assert_array_equal(found.arrays[name], array)
    assert found.classes == ("0", "1", "2")
    assert found.done == ()


@pytest.mark.parametrize(
    "changed",
    [
        lambda x: x[..., np.newaxis],
        lambda x: x / 255,
        lambda x: (x / 255).astype(">f4"),
        lambda x: x.astype(">i8"),
        lambda x: x.astype(np.float32),
        lambda x: np.repeat(x[..., np.newaxis], 3, axis=3),
    ],
    ids=[
        "one channel",
        "floats",
        "big-endian floats",
        "big-endian integers",
        "floats to 255",
        "grey as colour",
    ],
)
def test_other_ways_to_save_the_same_pictures_give_the_same_pictures(changed):
    given = arrays()
    pictures = {name: changed(given[name]) for name in ("x_train", "x_test")}
    found = read_data(
        packed(**pictures, y_train=given["y_train"][:, np.newaxis], y_test=given["y_test"] * 1.0)
    )
    for name in given:
        np.testing.assert_array_equal(found.arrays[name], given[name])


def test_colour_becomes_grey_as_pillow_makes_it():
    colour = np.random.default_rng(2).integers(0, 256, (TRAIN, 28, 28, 3), np.uint8)
    found = read_data(packed(x_train=colour))
    grey = [np.asarray(Image.fromarray(each).convert("L")) for each in colour]
    np.testing.assert_array_equal(found.arrays["x_train"], grey)
    assert found.done == ("Colour was turned to grey.",)


def interpolated(side: int) -> np.ndarray:
    """How much of each of `side` pixels is in each of 28, (28, side), by a triangle as wide as both need."""
    scale = side / 28
    centres, width = (np.arange(28) + 0.5) * scale - 0.5, max(scale, 1)
    weights = np.maximum(0, 1 - np.abs(centres[:, np.newaxis] - np.arange(side)) / width)
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("side", [8, 20, 64])
def test_pictures_of_another_size_are_interpolated(side):
    given = np.random.default_rng(3).integers(0, 256, (TRAIN, side, side), np.uint8)
    found = read_data(packed(x_train=given))
    weights = interpolated(side)
    np.testing.assert_allclose(found.arrays["x_train"], weights @ given @ weights.T, atol=1.01)
    assert found.done == (f"Pictures of {side} × {side} pixels were scaled to 28 × 28.",)


def test_sixteen_grey_levels_are_spread():
    given = {name: arrays()[name] // 16 for name in ("x_train", "x_test")}
    given["x_train"][0, 9, 9] = 16
    found = read_data(packed(**given))
    np.testing.assert_array_equal(found.arrays["x_train"], np.rint(given["x_train"] * (255 / 16)))
    assert found.done == ("Values from 0 to 16 were scaled to 0 to 255.",)


def test_dark_on_light_becomes_light_on_dark():
    found = read_data(packed(**{name: 255 - arrays()[name] for name in ("x_train", "x_test")}))
    np.testing.assert_array_equal(found.arrays["x_test"], arrays()["x_test"])
    assert found.done == ("Pictures were inverted: light on dark, as KD Lab draws.",)


def test_labels_in_their_order_become_numbers_from_0_and_names():
    labels = np.array([900, 7, 40])
    changes = {"y_train": labels[np.arange(TRAIN) % 3], "y_test": labels[np.arange(TEST) % 3]}
    found = read_data(packed(**changes))
    np.testing.assert_array_equal(found.arrays["y_train"][:3], [2, 0, 1])
    assert found.classes == ("7", "40", "900")
    named = packed(**changes, classes=np.array(["é", "T-shirt/top", "あ"]), extra=np.ones(3))
    assert read_data(named).classes == ("é", "T-shirt/top", "あ")
    assert read_data(named, ["x", "y", "z"]).classes == ("x", "y", "z")
    assert read_data(named).done == ("Not used: 'extra'.",)


def test_pictures_placed_as_mnist_are_recognised(mnist):
    given = {"x_train": mnist.x_train[:300], "y_train": mnist.y_train[:300]}
    given |= {"x_test": mnist.x_test[:300], "y_test": mnist.y_test[:300]}
    assert read_data(given).centred
    assert not read_data({**given, "x_train": np.roll(given["x_train"], 3, axis=1)}).centred
    pairs = (given["x_train"], given["y_train"]), (given["x_test"], given["y_test"])
    np.testing.assert_array_equal(read_data(pairs).arrays["x_test"], given["x_test"])


@pytest.mark.parametrize(
    "source", [7, None, "nowhere.npz", "/dev/null", "a\0b", [1, 2, 3], {"x_train": [[1], []]}]
)
def test_what_is_neither_a_file_nor_arrays_is_refused(source):
    with pytest.raises(Unusable):
        read_data(source)
