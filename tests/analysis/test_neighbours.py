"""Neighbours, compared with a search through the exact features, on real MNIST."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from kd.analysis.neighbours import NeighbourIndex, _principal_directions
from kd.base.places import DATA
from kd.networks.numpy_model import NumpyModel
from kd.pictures.mnist import to_model_input


@pytest.fixture(scope="module")
def model():
    """A shipped student."""
    return NumpyModel.load(min((DATA / "models").glob("*/model.keras")))


@pytest.fixture(scope="module")
def pictures(mnist):
    return mnist.x_train[:1500], mnist.train(1500)[1]


@pytest.fixture(scope="module")
def index(model, pictures):
    return NeighbourIndex.build(model, *pictures)


def test_neighbours_are_those_of_the_exact_features(model, pictures, index, mnist):
    assert index.directions.shape == (1568, 64)
    assert index.directions.dtype == np.float16
    images, labels = pictures
    features = model.penultimate(to_model_input(images)).astype(np.float64)
    hits = 0
    for query in mnist.test(20)[0]:
        own = model.penultimate(query[None])
        distances = np.linalg.norm(features - own, axis=1)
        expected = np.argsort(distances)[:5]
        found = index.nearest(query, 5)
        hits += len(set(expected) & set(found["picture"]))
        np.testing.assert_allclose(found["distance"], distances[found["picture"]], rtol=1e-4)
        np.testing.assert_array_equal(found["label"], labels[found["picture"]])
        assert found["distance"].is_monotonic_increasing
        # what is sorted by exact features are the fifty nearest coordinates
        away = np.linalg.norm((features - own) @ index.directions, axis=1)
        assert set(index.nearest(query, 50)["picture"]) == set(np.argsort(away)[:50])
    assert hits >= 98, "of 100"


def test_directions_are_scikit_learns_principal_components_and_none_is_rounding():
    random = np.random.default_rng(0)
    rows = np.linalg.qr(random.normal(size=(20, 6)))[0]
    rows -= rows.mean(axis=0)
    across = np.linalg.qr(random.normal(size=(40, 5)))[0].T
    # the fifth direction is as weak as rounding
    features = (rows[:, :5] * [30, 20, 10, 5, 0.02]) @ across + random.normal(size=40)
    expected = PCA(4, svd_solver="full").fit(features).components_
    for count in (4, 30):
        found = _principal_directions(features.copy(), count)
        np.testing.assert_allclose(np.abs(found.T @ expected.T), np.eye(4), atol=1e-6)
    alike = np.tile(1000 * random.normal(size=500).astype(np.float32), (7, 1))
    with pytest.raises(ValueError, match="All pictures have the same features"):
        _principal_directions(alike, 3)


def test_an_index_is_cached_and_used_again(tmp_path, model, pictures, index, monkeypatch):
    path = tmp_path / "home" / "index.npz"
    first = NeighbourIndex.open(path, model, *pictures)
    np.testing.assert_array_equal(first.coordinates, index.coordinates)
    assert [file.name for file in path.parent.iterdir()] == ["index.npz"]
    monkeypatch.setattr(NeighbourIndex, "build", None)
    again = NeighbourIndex.open(path, model, *pictures)
    np.testing.assert_array_equal(again.directions, first.directions)
    query = to_model_input(pictures[0])[7]
    assert again.nearest(query).equals(first.nearest(query))


def altered(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 8]) + data[place:][1:]


def test_a_cache_with_an_altered_byte_is_made_again(tmp_path, model, pictures, caplog):
    path, few = tmp_path / "index.npz", (pictures[0][:80], pictures[1][:80])
    NeighbourIndex.open(path, model, *few)
    assert caplog.messages == []
    whole = path.read_bytes()
    for damaged in (b"", whole[:1000], altered(whole, 40), altered(whole, -100)):
        caplog.clear()
        path.write_bytes(damaged)
        assert len(NeighbourIndex.open(path, model, *few).coordinates) == 80
        (said,) = caplog.messages
        assert said.startswith(f"the cached neighbours in {path} cannot be used (")
        assert path.read_bytes() == whole


def test_a_cache_that_cannot_be_written_stops_nobody(tmp_path, model, pictures, caplog):
    (tmp_path / "file").write_bytes(b"")
    few = (pictures[0][:80], pictures[1][:80])
    found = NeighbourIndex.open(tmp_path / "file" / "index.npz", model, *few).nearest(
        to_model_input(few[0])[0], 1
    )
    assert found["picture"].tolist() == [0]
    assert caplog.messages[1].startswith("the neighbours could not be cached ([Errno ")


def test_the_index_of_another_model_or_other_pictures_is_not_used(tmp_path, model, pictures):
    path, (images, labels) = tmp_path / "index.npz", pictures
    NeighbourIndex.open(path, model, images[:80], labels[:80])
    flat = np.concatenate([weight.ravel() for weight in model.weights()])
    other = model.with_flat_weights(2 * flat)
    for asked, some in ((other, slice(80)), (model, slice(20, 100))):
        found = NeighbourIndex.open(path, asked, images[some], labels[some])
        expected = NeighbourIndex.build(asked, images[some], labels[some])
        np.testing.assert_array_equal(found.coordinates, expected.coordinates)


def test_too_many_or_no_neighbours_are_refused(pictures, index):
    for count in (0, 51):
        with pytest.raises(ValueError, match=f"count must be between 1 and 50, got {count}"):
            index.nearest(to_model_input(pictures[0])[0], count)
