"""The course of a student's training that was not kept is trained once more, to the same weights."""

from __future__ import annotations

import time

import keras
import numpy as np
import pytest

from kd.config import STUDENTS, RunConfig
from kd.runs.courses import KEPT, MISSING
from kd.studies.study import Study
from kd.training.costs import eval_epochs

PATIENCE = 240
RUN = RunConfig(teacher="notebook", train_size=2_000, epochs=5, seed=3)


@pytest.fixture(scope="module")
def run_id(lab):
    """A run of a study, which keeps no snapshots."""
    view = lab.studies.wait(lab.studies.start(Study(RUN, {})), PATIENCE)
    assert view.status == "finished", view.failed
    assert not any(lab.store.models.has_snapshots(RUN.model_ids[name]) for name in STUDENTS)
    return RUN.run_id


def test_a_students_course_is_trained_again_to_the_same_weights(lab, run_id):
    before = {name: lab.store.models.get(RUN.model_ids[name]) for name in STUDENTS}
    contents = {name: path.read_bytes() for name, (_record, path) in before.items()}
    logits, found = lab.runs[run_id].test_logits(), lab.runs[run_id].snapshots()
    for name in STUDENTS:
        record, path = before[name]
        course = found[name]
        assert course["times"].tolist() == list(eval_epochs(RUN, name))
        assert len(course["times"]) > 1
        weights = keras.saving.load_model(path).get_weights()
        flat = np.concatenate([array.ravel() for array in weights]).astype(np.float16)
        np.testing.assert_array_equal(course["weights"][-1], flat)
        np.testing.assert_array_equal(course["logits"][-1], logits[name].astype(np.float16))
        assert course["accuracies"][-1] == record["test_accuracy"]
        assert path.read_bytes() == contents[name]


def test_then_the_run_knows_its_accuracies_on_the_way_and_ends_with_the_same(lab, run_id):
    lab.courses.want([run_id])
    deadline = time.monotonic() + PATIENCE
    while lab.courses.state(run_id) != KEPT:
        assert time.monotonic() < deadline, lab.courses.failure(run_id)
        time.sleep(0.05)
    view = lab.runs.view(run_id)
    for name in STUDENTS:
        seen = [event["val_accuracy"] for event in view.history if event["model"] == name]
        assert sum(accuracy is not None for accuracy in seen) > 1
        assert seen[-1] == view.result[name]["test_accuracy"]


def test_only_what_is_missing_is_trained_again(lab, run_id):
    lab.runs[run_id].snapshots()
    kept = lab.store.home / "snapshots" / f"{RUN.model_ids['distilled']}.npz"
    gone = kept.with_name(f"{RUN.model_ids['scratch']}.npz")
    before = kept.stat().st_ino  # another file would have another: looking only touches it
    gone.unlink()
    assert lab.courses.state(run_id) == MISSING
    assert lab.runs[run_id].snapshots().keys() == set(STUDENTS)
    assert kept.stat().st_ino == before
    assert lab.store.models.has_snapshots(RUN.model_ids["scratch"])
