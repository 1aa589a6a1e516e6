"""The logs of a run, opened by TensorBoard itself: its server and its reader of event files."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from urllib.parse import quote

import pytest
from tensorboard import default, program

from kd.__main__ import main
from kd.config import FIELDS, MODELS
from kd.export.tensorboard import TAGS
from kd.lab import Lab
from tests import PROJECT
from tests.export.conftest import RUN

PATIENCE = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The logs of the included run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KD_HOME", str(tmp_path_factory.mktemp("home")))
        folder = tmp_path_factory.mktemp("here") / "logs" / "of all runs"
        assert main(["export", RUN[:4], "--tensorboard", str(folder)]) == 0
        return folder


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("home")).runs.view(RUN)


@pytest.fixture(scope="module")
def ask(folder):
    """Asks TensorBoard's server for JSON, once it has read the logs."""
    board = program.TensorBoard(default.get_plugins())
    board.configure(
        argv=["", "--logdir", str(folder), "--host", "127.0.0.1", "--port", "0"], load_fast="false"
    )
    address = board.launch()

    def ask(path: str):
        with urllib.request.urlopen(f"{address}{path}", timeout=PATIENCE) as answer:
            return json.load(answer)

    def is_read(model: str) -> bool:
        if "accuracy/test" not in ask("data/plugin/scalars/tags").get(f"{RUN}/{model}", []):
            return False
        return scalars(ask, model, "accuracy/test")[-1][1] == 40

    deadline = time.monotonic() + PATIENCE
    while len(ask("data/runs")) < 3 or not all(is_read(model) for model in MODELS):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return ask


def scalars(ask, model: str, tag: str) -> list[tuple[float, int, float]]:
    """Time, step and value, as the server has them."""
    return ask(f"data/plugin/scalars/scalars?run={quote(f'{RUN}/{model}')}&tag={quote(tag)}")


def test_its_server_shows_every_number_of_every_epoch(ask, view):
    assert ask("data/runs") == [f"{RUN}/{model}" for model in ("distilled", "scratch", "teacher")]
    tags = ask("data/plugin/scalars/tags")
    events = [event for event in view.history if event["model"] == "distilled"]
    assert set(tags[f"{RUN}/distilled"]) == set(TAGS.values())
    assert set(tags[f"{RUN}/scratch"]) == set(TAGS.values()) - {TAGS["distillation_loss"]}
    for name, tag in TAGS.items():
        shown = scalars(ask, "distilled", tag)
        expected = [(event["epoch"], event[name]) for event in events if event[name] is not None]
        assert [step for _time, step, _value in shown] == [epoch for epoch, _value in expected]
        assert [value for *_step, value in shown] == pytest.approx([value for _epoch, value in expected])
    assert len(expected) == 8  # the looks at the test images


def test_times_are_those_of_the_epochs(ask, view):
    shown = scalars(ask, "scratch", "loss/total")
    seconds = [event["seconds"] for event in view.history if event["model"] == "scratch"]
    times = [when for when, *_value in shown]
    assert times[0] - view.created == pytest.approx(seconds[0], abs=1e-3)
    assert times[-1] - times[0] == pytest.approx(sum(seconds[1:]), abs=1e-3)


def test_a_teacher_that_was_trained_before_has_its_accuracy(ask):
    shown = scalars(ask, "teacher", "accuracy/test")
    assert [(step, round(value, 4)) for _time, step, value in shown] == [(1, 0.9911), (40, 0.9911)]


def test_its_table_of_hyperparameters_has_the_setting(ask, view):
    experiment = ask("data/plugin/hparams/experiment?request=" + quote("{}"))
    names = {info["name"] for info in experiment["hparamInfos"]}
    assert names <= {"model", *FIELDS}
    asked = {"sliceSize": 9, "allowedStatuses": ["STATUS_UNKNOWN"]}
    found = ask("data/plugin/hparams/session_groups?request=" + quote(json.dumps(asked)))
    settings = {group["hparams"]["model"]: group["hparams"] for group in found["sessionGroups"]}
    assert set(settings) == set(MODELS)
    assert {name: settings["scratch"][name] for name in FIELDS} == view.config.to_dict()


def test_writing_loads_no_tensorflow(tmp_path):
    program = (
        "import sys; from kd.__main__ import main; "
        f"code = main(['export', '{RUN}', '--format', 'tensorboard', '--output', sys.argv[1]]); "
        "sys.exit(code or 'tensorflow' in sys.modules or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, timeout=PATIENCE)
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
