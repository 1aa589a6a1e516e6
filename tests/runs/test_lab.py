"""The lab with its real engine: a run's results, an engine that is lost, a course that is trained again."""

import keras
import numpy as np
import pytest

from kd.config import STUDENTS, RunConfig
from kd.runs.courses import KEPT, MISSING
from kd.studies.study import Study
from kd.training.costs import eval_epochs
from tests.house import PATIENCE, until

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=2)
STUDIED = RunConfig(teacher="notebook", train_size=2_000, epochs=5, seed=3)


@pytest.fixture(scope="module")
def finished(lab):
    view = lab.train(SMALL).wait(PATIENCE)
    assert view.status == "finished", view.message
    return view


def test_a_run_ends_with_a_result_of_three_models_and_is_asked_for_only_once(finished, lab):
    result = finished.result
    assert result["run"] == SMALL.run_id == finished.run_id
    assert result["teacher"]["parameters"] == 1_433_610
    assert result["teacher"]["cached"] is True
    assert all(result[name]["milliseconds"] > 0 for name in ("teacher", *STUDENTS))
    assert [e["epoch"] for e in finished.history if e["model"] == "scratch"] == [1, 2]
    record = lab.store.runs.record(finished.run_id)
    assert record["software"]["keras"].startswith("3.15")
    assert record["config"] == SMALL.to_dict()
    comparison = record["result"]["comparison"]
    assert {type(value) for name, value in comparison.items() if name != "verdict"} == {float, int}
    assert "McNemar" in result["comparison"]["sentence"]
    assert lab.train(SMALL).view() == finished


def test_the_engine_keeps_no_events_and_nothing_of_a_run_that_has_ended(lab, finished):
    stopped = lab.train(SMALL.replace(epochs=100, batch_size=1, seed=77))
    until(lambda: stopped.view().progress > 0)
    stopped.stop()
    assert stopped.wait(PATIENCE).status == "stopped"

    def told_and_kept(dask_scheduler):
        topics = dask_scheduler._broker._topics.values()
        return sum(topic.count for topic in topics), sum(len(topic.events) for topic in topics)

    def tasks(dask_scheduler):
        return len(dask_scheduler.tasks)

    def results(dask_worker):
        return len(dask_worker.data)

    client = lab._engine.ensure()
    told, kept = client.run_on_scheduler(told_and_kept)
    assert told > 0
    assert kept == 0
    until(lambda: client.run_on_scheduler(tasks) == 0 and not any(client.run(results).values()))


def test_a_students_course_that_was_not_kept_is_trained_again_to_the_same_weights(lab):
    view = lab.studies.wait(lab.studies.start(Study(STUDIED, {})), PATIENCE)
    assert view.status == "finished", view.failed
    run, models = lab.runs[STUDIED.run_id], lab.store.models
    assert not any(models.has_snapshots(STUDIED.model_ids[name]) for name in STUDENTS)
    assert lab.courses.state(run.id) == MISSING
    before = {name: models.get(STUDIED.model_ids[name]) for name in STUDENTS}
    contents = {name: path.read_bytes() for name, (_record, path) in before.items()}
    logits, found = run.test_logits(), run.snapshots()
    assert lab.courses.state(run.id) == KEPT
    for name in STUDENTS:
        (record, path), course = before[name], found[name]
        assert course["times"].tolist() == list(eval_epochs(STUDIED, name))
        assert len(course["times"]) > 1
        weights = keras.saving.load_model(path).get_weights()
        flat = np.concatenate([array.ravel() for array in weights]).astype(np.float16)
        np.testing.assert_array_equal(course["weights"][-1], flat)
        np.testing.assert_array_equal(course["logits"][-1], logits[name].astype(np.float16))
        assert course["accuracies"][-1] == record["test_accuracy"]
        assert path.read_bytes() == contents[name]
        seen = [event["val_accuracy"] for event in run.history if event["model"] == name]
        assert sum(accuracy is not None for accuracy in seen) > 1
        assert seen[-1] == run.result[name]["test_accuracy"]
    # and only what is missing
    kept, gone = (
        lab.store.home / "snapshots" / f"{STUDIED.model_ids[name]}.npz" for name in ("distilled", "scratch")
    )
    file = kept.stat().st_ino  # another file would have another: looking only touches it
    gone.unlink()
    assert run.snapshots().keys() == set(STUDENTS)
    assert kept.stat().st_ino == file
    assert gone.exists()
