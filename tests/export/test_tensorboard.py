"""The logs of a run, read by TensorBoard itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
from tensorboard.util.tensor_util import make_ndarray

from kd.__main__ import main
from kd.config import FIELDS, MODELS
from kd.export.tensorboard import TAGS
from kd.lab import Lab
from tests import PROJECT
from tests.export.conftest import RUN


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The logs of the included run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KD_HOME", str(tmp_path_factory.mktemp("home")))
        folder = tmp_path_factory.mktemp("here") / "logs" / "of all runs"
        assert main(["export", RUN[:4], "--tensorboard", str(folder)]) == 0
        return folder


@pytest.fixture(scope="module")
def logs(folder) -> dict[str, EventAccumulator]:
    """What TensorBoard reads of each model."""
    every = {"tensors": 0}
    return {model: EventAccumulator(str(folder / RUN / model), every).Reload() for model in MODELS}


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


def test_writing_loads_no_tensorflow(tmp_path):
    program = (
        "import sys; from kd.__main__ import main; "
        f"code = main(['export', '{RUN}', '--format', 'tensorboard', '--output', sys.argv[1]]); "
        "sys.exit(code or 'tensorflow' in sys.modules or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, timeout=120)
    assert done.returncode == 0
    assert len(list((tmp_path / RUN).glob("*/events.out.tfevents.*"))) == 3


def test_logs_that_are_there_already_are_only_replaced_when_one_says_so(
    folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    before = {path: path.read_bytes() for path in folder.rglob("events*")}
    assert main(["export", RUN, "--tensorboard", str(folder)]) == 2
    assert f"{folder / RUN}' exists already" in capsys.readouterr().err
    assert main(["export", RUN, "--tensorboard", str(folder), "--force"]) == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
