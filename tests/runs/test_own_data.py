"""Runs on another data set than MNIST."""

from __future__ import annotations

import numpy as np
import pytest

from kd.base import data_sets
from kd.base.data_sets import content, receive
from kd.base.unusable import Unusable
from kd.config import RunConfig
from kd.pictures.data_sets import _loaded, data_set
from kd.pictures.training_set import training_set
from tests.own_data import CLASSES, TEST, TRAIN, arrays, mirrored

PATIENCE = 240


@pytest.fixture(scope="module")
def about(tmp_path_factory):
    return mirrored(tmp_path_factory.mktemp("data"))


def test_the_data_set_decides_all_three_models_and_mnists_keep_their_names(about):
    mnist, own = RunConfig(teacher="fresh"), RunConfig(teacher="fresh", data=about.id)
    assert all(mnist.model_ids[name] != own.model_ids[name] for name in mnist.model_ids)
    assert mnist.run_id != own.run_id
    assert "data" not in mnist.identity()


def test_the_teachers_of_a_data_set_are_trained_once_whatever_the_run(about):
    first = RunConfig(data=about.id, teacher="strong")
    other = first.replace(seed=5, generation=1, batch_size=64, train_size=100, teacher_width=2)
    assert first.teacher_id == other.teacher_id
    assert first.teacher_id == first.own_teacher.teacher_id
    assert first.teacher_id != first.replace(teacher="notebook").teacher_id
    assert first.own_teacher.data == about.id


def test_a_run_is_trained_in_a_worker_that_is_told_where_its_pictures_are(about, lab):
    config = RunConfig(data=about.id, train_size=200, epochs=3, student="linear", teacher="fresh")
    config = config.replace(teacher_width=1, teacher_epochs=1, teacher_train_size=100)
    run = lab.train(config)
    view = run.wait(PATIENCE)
    assert view.status == "finished", view.message
    labels = arrays()["y_test"]
    for model, logits in run.test_logits().items():
        assert logits.shape == (TEST, len(CLASSES))
        assert view.result[model]["test_accuracy"] == np.mean(logits.argmax(axis=1) == labels)
    assert view.result["scratch"]["parameters"] == 785 * len(CLASSES)
    assert view.result["distilled"]["test_accuracy"] > 2 / len(CLASSES)  # it has learned something


def test_a_worker_elsewhere_is_sent_the_file(about, monkeypatch):
    sent = content(about.id, here=False)
    monkeypatch.setattr(data_sets, "_folders", [])
    monkeypatch.setattr(data_sets, "_received", {})
    assert content(about.id, here=False) is None
    receive(about.id, sent)
    assert data_sets.about(about.id) == about
    assert (_loaded.__wrapped__(about.id).x_test == arrays()["x_test"]).all()


def test_a_teacher_of_other_pictures_is_refused(about, lab):
    teacher = lab.store.runs.models_of(RunConfig().run_id)["distilled"]
    with pytest.raises(Unusable, match="another data set"):
        lab.train(RunConfig(data=about.id, teacher=teacher, train_size=100))


def test_what_the_data_set_does_not_have_is_refused(about):
    own = RunConfig(data=about.id, train_size=100)
    for name, teacher in (("train_size", "strong"), ("teacher_train_size", "fresh")):
        with pytest.raises(Unusable, match=f"^{name} must be at most {TRAIN}, .* Mirrored, got 1000"):
            training_set(own.replace(**{name: 1000, "teacher": teacher}))
    with pytest.raises(Unusable, match="'q'"):
        training_set(own.replace(omitted_digits="3, q"))
    with pytest.raises(Unusable, match="'0123456789ab'"):
        training_set(RunConfig(data="0123456789ab"))


def test_classes_are_left_out_by_name(about):
    config = RunConfig(data=about.id, train_size=300, omitted_digits="mirrored 7,3", label_noise=1.0)
    assert config.omitted == ("3", "mirrored 7")
    seen, every = training_set(config), training_set(config.replace(omitted_digits="", label_noise=0.0))
    assert seen.rows.tolist() == np.flatnonzero(~np.isin(every.labels, [3, 17])).tolist()
    assert not np.isin(seen.labels, [3, 17]).any()
    assert seen.labels.max() > 10


def test_a_damaged_file_is_not_read(tmp_path):
    whole = mirrored(tmp_path)
    file = tmp_path / f"{whole.id}.npz"
    (tmp_path / "0123456789ab.npz").write_bytes(file.read_bytes())  # another's pictures under its name
    try:
        with pytest.raises(Unusable, match="damaged"):
            data_set("0123456789ab")
    finally:
        data_sets._folders.remove(tmp_path)
