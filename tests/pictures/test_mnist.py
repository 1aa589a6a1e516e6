"""MNIST: the official arrays, the notebook's slices, a sentence if it cannot be read; people's pictures."""

import hashlib
import io
import struct
import sys

import numpy as np
import pytest

from data import make_mnist
from kd.base.places import DATA
from kd.pictures.mnist import REMAKE_COMMAND, as_batch, load_mnist

FILE = DATA / "mnist.npz"


@pytest.fixture(scope="module")
def raw() -> dict[str, np.ndarray]:
    with np.load(FILE, allow_pickle=False) as archive:
        return dict(archive)


def test_all_of_mnist_is_there_and_cannot_be_changed():
    mnist = load_mnist()
    assert load_mnist() is mnist
    assert mnist.x_train.shape == (60_000, 28, 28)
    assert mnist.x_test.shape == (10_000, 28, 28)
    # the class sizes published with MNIST
    assert np.bincount(mnist.y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert mnist.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.y_test[:5].tolist() == [7, 2, 1, 0, 4]
    with pytest.raises(ValueError, match="read-only"):
        mnist.x_train[0, 0, 0] = 1
    # the system can take its memory back
    assert sys.platform == "win32" or isinstance(mnist.x_train.base, np.memmap)


def test_slices_equal_the_notebooks_own_preprocessing(raw):
    """The notebook: astype("float32") / 255.0, reshape to (-1, 28, 28, 1), the first 10,000 of each."""
    for images, labels, found in (
        (raw["x_train"], raw["y_train"], load_mnist().train(10_000)),
        (raw["x_test"], raw["y_test"], load_mnist().test(10_000)),
    ):
        expected = np.reshape(images[:10_000].astype("float32") / 255.0, (-1, 28, 28, 1))
        np.testing.assert_array_equal(found[0], expected)
        np.testing.assert_array_equal(found[1], labels[:10_000])
        assert (found[0].dtype, found[1].dtype) == (np.float32, np.int32)
    assert [len(part) for part in load_mnist().test()] == [10_000, 10_000]
    assert [len(part) for part in (*load_mnist().train(1), *load_mnist().test(np.int64(1)))] == [1, 1, 1, 1]


@pytest.mark.parametrize("size", [0, 60_001, 1.5, "10", True])
def test_a_size_that_does_not_exist_is_refused(size):
    with pytest.raises(ValueError, match=f"between 1 and 60,000, got {size!r}"):
        load_mnist().train(size)


def test_a_missing_file_and_a_folder_name_the_command(tmp_path):
    for path in (tmp_path / "mnist.npz", tmp_path):
        with pytest.raises(ValueError, match=REMAKE_COMMAND):
            load_mnist(path)


@pytest.mark.parametrize(
    "alter",
    [
        lambda labels: np.where(np.arange(10_000) == 123, 9 - labels, labels).astype(np.uint8),
        lambda labels: labels.astype(np.int64),
        lambda labels: labels.astype(object),
        None,
    ],
    ids=["one label", "another type", "pickled objects", "missing"],
)
def test_altered_labels_name_the_command(tmp_path, raw, alter):
    path, arrays = tmp_path / "mnist.npz", {**raw}
    labels = arrays.pop("y_test")
    np.savez(path, **arrays, **({"y_test": alter(labels)} if alter else {}))
    with pytest.raises(ValueError, match=REMAKE_COMMAND):
        load_mnist(path)


def test_a_file_with_any_altered_byte_or_a_part_of_it_gets_a_sentence(tmp_path):
    small = io.BytesIO()
    np.savez_compressed(small, **{key: np.zeros((2, 28, 28), np.uint8) for key in make_mnist.OFFICIAL_FILES})
    content, path = small.getvalue(), tmp_path / "mnist.npz"
    for place in range(0, len(content), 9):
        altered = bytearray(content)
        altered[place] ^= 0x55
        for damaged in (altered, content[:place]):
            path.write_bytes(damaged)
            load_mnist.cache_clear()
            with pytest.raises(ValueError, match=REMAKE_COMMAND):
                load_mnist(path)


DIGIT = np.zeros((28, 28), np.uint8)
DIGIT[5:20, 10:18] = 255
DIGIT[20, 10:18] = 128
SCALED = DIGIT / 255


@pytest.mark.parametrize(
    ("pictures", "count"),
    [
        (DIGIT, 1),
        (DIGIT[..., None], 1),
        (np.stack([DIGIT] * 28), 28),
        (np.stack([DIGIT] * 3)[..., None], 3),
        (np.stack([SCALED] * 3).astype(np.float16), 3),
        (np.stack([SCALED] * 2).tolist(), 2),
        (np.asfortranarray(np.stack([SCALED] * 2)), 2),
        (np.zeros((0, 28, 28), np.uint8), 0),
    ],
)
def test_a_picture_may_have_several_forms(pictures, count):
    batch = as_batch(pictures)
    assert (batch.shape, batch.dtype) == ((count, 28, 28, 1), np.float32)
    assert batch.flags.c_contiguous
    tolerance = 1e-3 if getattr(pictures, "dtype", None) == np.float16 else 1e-7
    for one in batch:
        np.testing.assert_allclose(one[..., 0], DIGIT / 255.0, atol=tolerance)


def test_rounding_beyond_the_scale_is_allowed():
    assert as_batch(SCALED * (1 + 1e-6)).max() > 1
    edges = SCALED.copy()
    edges[0, :2] = -1e-5, 1 + 1e-5
    np.testing.assert_array_equal(as_batch(edges)[0, 0, :2, 0], np.float32([-1e-5, 1 + 1e-5]))


@pytest.mark.parametrize(
    ("pictures", "said"),
    [
        (2 * SCALED - 1, "between 0 and 1, got values from -1 to 1: divide by 255, or pass them as uint8"),
        (SCALED + 0.001, "between 0 and 1"),
        ([], r"\(28, 28\), \(n, 28, 28\) or \(n, 28, 28, 1\), got \(0,\)"),
        (DIGIT.astype(np.int64), "got int64"),
        (DIGIT > 0, "got bool"),
        (np.where(DIGIT > 0, np.nan, 0.0), "NaN or infinity"),
        (np.where(DIGIT > 0, np.inf, 0.0), "NaN or infinity"),
        (np.zeros((28, 27), np.uint8), r"got \(28, 27\)"),
        (np.zeros((5, 28, 28, 3), np.uint8), r"got \(5, 28, 28, 3\)"),
        (None, "got NoneType"),
        ([[0.0, 1.0], [0.0]], "got list"),
    ],
)
def test_pictures_in_any_other_form_are_refused(pictures, said):
    with pytest.raises(ValueError, match=said):
        as_batch(pictures)


def idx(array: np.ndarray) -> bytes:
    """The array as an IDX file: magic number, big-endian dimensions, bytes."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def official_files(tmp_path, raw):
    for key, (name, _) in make_mnist.OFFICIAL_FILES.items():
        (tmp_path / name).write_bytes(idx(raw[key]))
    return tmp_path


def test_the_official_files_make_the_committed_arrays(official_files, raw, monkeypatch):
    """The script knows the MD5 sums of the four files, so the arrays are official byte for byte."""
    written = {}
    monkeypatch.setattr(np, "savez_compressed", lambda path, **arrays: (path.touch(), written.update(arrays)))
    make_mnist.make(official_files, official_files / "mnist.npz")
    for key, (name, md5) in make_mnist.OFFICIAL_FILES.items():
        assert hashlib.md5((official_files / name).read_bytes(), usedforsecurity=False).hexdigest() == md5
        np.testing.assert_array_equal(written[key], raw[key])
    assert (official_files / "mnist.npz").is_file()


def test_an_altered_or_missing_official_file_is_refused(official_files, monkeypatch, capsys):
    path, out = official_files / "t10k-labels-idx1-ubyte", official_files / "out.npz"
    monkeypatch.setattr(sys, "argv", ["make_mnist.py", "--source", str(official_files), "--out", str(out)])
    path.write_bytes(path.read_bytes()[:-1] + b"\x09")
    assert make_mnist.main() == 2
    assert "t10k-labels-idx1-ubyte has MD5" in capsys.readouterr().err
    path.unlink()
    assert make_mnist.main() == 2
    assert "t10k-labels-idx1-ubyte is missing" in capsys.readouterr().err
    assert not out.exists()
