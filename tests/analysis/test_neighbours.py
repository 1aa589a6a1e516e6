"""Neighbours, compared with a search through the exact features, on real MNIST."""

import numpy as np
import pytest

from kd.analysis.neighbours import NeighbourIndex
from kd.networks.numpy_model import NumpyModel
from kd.places import DATA


@pytest.fixture(scope="module")
def model():
    """A shipped student."""
    return NumpyModel.load(min((DATA / "models").glob("*/model.keras")))


@pytest.fixture(scope="module")
def pictures(mnist):
    return mnist.train(1500)


@pytest.fixture(scope="module")
def index(model, pictures):
    return NeighbourIndex.build(model, *pictures)


def test_neighbours_are_those_of_the_exact_features(model, pictures, index, mnist):
    images, labels = pictures
    features = model.penultimate(images).astype(np.float64)
    hits = 0
    for query in mnist.test(20)[0]:
        distances = np.linalg.norm(features - model.penultimate(query[None]), axis=1)
        expected = np.argsort(distances)[:5]
        found = index.nearest(query, 5)
        hits += len(set(expected) & set(found["picture"]))
        np.testing.assert_allclose(found["distance"], distances[found["picture"]], rtol=1e-4)
        np.testing.assert_array_equal(found["label"], labels[found["picture"]])
        assert found["distance"].is_monotonic_increasing
    assert hits >= 98, "of 100"


def test_a_training_picture_is_its_own_nearest_neighbour(pictures, index):
    found = index.nearest(pictures[0][1234], 1)
    assert found["picture"].tolist() == [1234]
    assert found["distance"][0] == pytest.approx(0, abs=1e-4)


def test_an_index_is_cached_and_used_again(tmp_path, model, pictures, index, monkeypatch):
    path = tmp_path / "home" / "index.npz"
    first = NeighbourIndex.open(path, model, *pictures)
    np.testing.assert_array_equal(first.coordinates, index.coordinates)
    assert [file.name for file in path.parent.iterdir()] == ["index.npz"]
    monkeypatch.setattr(NeighbourIndex, "build", None)
    again = NeighbourIndex.open(path, model, *pictures)
    query = pictures[0][7]
    assert again.nearest(query).equals(first.nearest(query))


@pytest.mark.parametrize("damage", [lambda data: data[:1000], lambda data: b"", lambda data: data[::-1]])
def test_a_damaged_cache_is_made_again(tmp_path, model, pictures, damage, caplog):
    path, few = tmp_path / "index.npz", (pictures[0][:80], pictures[1][:80])
    NeighbourIndex.open(path, model, *few)
    assert caplog.messages == []
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert len(NeighbourIndex.open(path, model, *few).coordinates) == 80
    assert (
        [message for message in caplog.messages if "they are computed again" in message]
        == caplog.messages
        != []
    )
    assert path.read_bytes() == whole


def test_any_altered_byte_of_the_cache_is_noticed(tmp_path, model, pictures, monkeypatch):
    path, few = tmp_path / "index.npz", (pictures[0][:60], pictures[1][:60])
    NeighbourIndex.open(path, model, *few)
    whole, build, built = path.read_bytes(), NeighbourIndex.build, []
    made = build(model, *few)
    monkeypatch.setattr(NeighbourIndex, "build", lambda *arguments: built.append(1) or made)
    # the headers and the end of the archive, which its own checksums do not cover, and places throughout
    places = [
        *range(0, 300, 4),
        *range(300, len(whole), len(whole) // 40),
        *range(len(whole) - 200, len(whole), 4),
    ]
    for number, place in enumerate(places, 1):
        altered = bytearray(whole)
        altered[place] ^= 0x08
        path.write_bytes(altered)
        NeighbourIndex.open(path, model, *few)
        assert len(built) == number, place


def test_a_cache_that_cannot_be_written_stops_nobody(tmp_path, model, pictures):
    (tmp_path / "file").write_bytes(b"")
    few = (pictures[0][:80], pictures[1][:80])
    found = NeighbourIndex.open(tmp_path / "file" / "index.npz", model, *few).nearest(few[0][0], 1)
    assert found["picture"].tolist() == [0]


def test_the_index_of_another_model_or_other_pictures_is_not_used(tmp_path, model, pictures):
    path, few = tmp_path / "index.npz", (pictures[0][:80], pictures[1][:80])
    NeighbourIndex.open(path, model, *few)
    other = model.with_weights([weight * 2 for weight in model.weights()])
    doubled = NeighbourIndex.open(path, other, *few).nearest(few[0][0], 2)["distance"][1]
    assert doubled == pytest.approx(
        4 * NeighbourIndex.build(model, *few).nearest(few[0][0], 2)["distance"][1]
    )
    assert len(NeighbourIndex.open(path, other, pictures[0][:60], pictures[1][:60]).coordinates) == 60


def test_invalid_input_is_refused(model, pictures, index):
    with pytest.raises(ValueError, match="count must be between 1 and 50, got 51"):
        index.nearest(pictures[0][0], 51)
    with pytest.raises(ValueError, match="at least 2 pictures"):
        NeighbourIndex.build(model, pictures[0][:1], pictures[1][:1])
    with pytest.raises(ValueError, match="a label for each"):
        NeighbourIndex.build(model, pictures[0], pictures[1][1:])
    with pytest.raises(ValueError, match="have the same features"):
        NeighbourIndex.build(model, np.zeros((5, 28, 28, 1), np.float32), np.zeros(5, int))
