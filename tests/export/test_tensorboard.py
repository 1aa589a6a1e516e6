"""The logs of a run, read by TensorBoard itself."""

from __future__ import annotations

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
from tensorboard.util.tensor_util import make_ndarray

from kd.__main__ import main
from kd.config import FIELDS, MODELS
from kd.export.tensorboard import TAGS
from kd.lab import Lab
from tests.export.conftest import RUN


@pytest.fixture(scope="module")
def logs(exported) -> dict[str, EventAccumulator]:
    """What TensorBoard reads of each model."""
    every = {"tensors": 0}
    return {model: EventAccumulator(str(exported.logs / RUN / model), every).Reload() for model in MODELS}


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("home")).runs.view(RUN)


def scalars(log: EventAccumulator, tag: str) -> list[tuple[float, int, float]]:
    """Time, step and value."""
    return [(each.wall_time, each.step, make_ndarray(each.tensor_proto).item()) for each in log.Tensors(tag)]


def test_it_shows_every_number_of_every_epoch_at_its_time(logs, view):
    events = [event for event in view.history if event["model"] == "distilled"]
    tags = {
        model: set(log.Tags()["tensors"]) - {metadata.SESSION_START_INFO_TAG} for model, log in logs.items()
    }
    assert tags["distilled"] == set(TAGS.values())
    assert tags["scratch"] == set(TAGS.values()) - {TAGS["distillation_loss"]}
    for name, tag in TAGS.items():
        shown = scalars(logs["distilled"], tag)
        expected = [(event["epoch"], event[name]) for event in events if event[name] is not None]
        assert [step for _time, step, _value in shown] == [epoch for epoch, _value in expected]
        assert [value for *_step, value in shown] == pytest.approx([value for _epoch, value in expected])
    assert len(expected) == 8  # the looks at the test images
    seconds = [event["seconds"] for event in view.history if event["model"] == "scratch"]
    times = [time for time, *_value in scalars(logs["scratch"], "loss/total")]
    assert times[0] - view.created == pytest.approx(seconds[0], abs=1e-3)
    assert times[-1] - times[0] == pytest.approx(sum(seconds[1:]), abs=1e-3)


def test_a_teacher_that_was_trained_before_has_its_accuracy(logs):
    shown = scalars(logs["teacher"], "accuracy/test")
    assert [(step, round(value, 4)) for _time, step, value in shown] == [(1, 0.9911), (40, 0.9911)]


def test_its_table_of_hyperparameters_has_the_setting(logs, view):
    for model, log in logs.items():
        content = log.PluginTagToContent(metadata.PLUGIN_NAME)[metadata.SESSION_START_INFO_TAG]
        given = metadata.parse_session_start_info_plugin_data(content).hparams
        setting = {name: getattr(value, value.WhichOneof("kind")) for name, value in given.items()}
        assert setting == {**view.config.to_dict(), "model": model}
        assert set(setting) == {"model", *FIELDS}


def test_logs_that_are_there_already_are_only_replaced_when_one_says_so(
    exported, tmp_path, monkeypatch, capsys
):
    folder = exported.logs
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    mine, *others = folder.rglob("events*")
    mine.write_text("mine")
    assert main(["export", RUN, "--tensorboard", str(folder)]) == 2
    assert f"{folder / RUN}' exists already" in capsys.readouterr().err
    assert mine.read_text() == "mine"
    assert main(["export", RUN, "--tensorboard", str(folder), "--force"]) == 0
    assert mine.read_bytes() != b"mine"
    assert {path for path in folder.rglob("*") if path.is_file()} == {mine, *others}
