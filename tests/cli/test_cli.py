"""The command line, used by a person or a script."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import partialmethod
from pathlib import Path

import pytest
from PIL import Image

from kd.__main__ import main
from kd.config import MODELS, PRESETS, RunConfig
from kd.lab import Lab
from kd.store.store import Store
from kd.studies.sure.near import near_note
from tests import PROJECT
from tests.other_process import running_elsewhere

SMALL = (
    "--preset notebook --train-size 200 "
    "--teacher fresh --teacher-width 8 --teacher-epochs 1 --teacher-train-size 200"
)
EPOCH = {"event": "epoch", "model": "scratch", "epoch": 1, "epochs": 41, "val_accuracy": 0.5}


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess:
    """A command, carried out in this process."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("KD_HOME", str(home))
        code = main(list(arguments))
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cli-home")


@pytest.fixture(scope="module")
def trained(home, engine):
    """A small run with a fresh teacher, through `--json`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lab, "__init__", partialmethod(Lab.__init__, engine=engine))
        done = run("train", *SMALL.split(), "--epochs", "2", "--json", home=home)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--alpha", "1.5"], "alpha must be between 0 and 1, got '1.5'."),
        (
            ["train", "--teacher", "x"],
            "teacher must be one of strong, notebook, fresh or a stored model's id, got 'x'.",
        ),
        (["train", "--preset", "x"], "Argument --preset: invalid choice: 'x'"),
        (["train", "--images", "9"], "Unrecognized arguments: --images 9. See: python -m kd train --help"),
        (["predict", "abc", "no-such-file.png"], "'no-such-file.png' cannot be read"),
        (["predict", "abc", "\udcff\n.png"], r"'\udcff\n.png' cannot be read"),
        (["predict", "abc", __file__], "This is not a picture"),
        (["stop", "no-such-run"], "No waiting or training run has the id 'no-such-run'"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(arguments, sentence, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(sentence)
    assert printed.err.count("\n") == 1


def test_json_lines_report_every_epoch_and_then_the_result(trained):
    *epochs, result = trained
    assert [(e["model"], e["epoch"]) for e in epochs if e["model"] == "teacher"] == [("teacher", 1)]
    of_students = sorted((e["model"], e["epoch"]) for e in epochs if e["model"] != "teacher")
    assert of_students == [(name, epoch) for name in ("distilled", "scratch") for epoch in (1, 2)]
    fields = {"event", "model", "epoch", "epochs", "loss", "student_loss"}
    fields |= {"accuracy", "val_accuracy", "seconds"}
    for event in epochs:
        terms = {"distillation_loss"} if event["model"] == "distilled" else set()
        assert set(event) == fields | terms
    assert result["event"] == "result"
    assert {"run", "config", "teacher", "distilled", "scratch"} <= set(result)
    for model, more in (("teacher", "cached"), ("distilled", "agreement"), ("scratch", "agreement")):
        assert {"test_accuracy", "parameters", "seconds", more} <= set(result[model])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal for one process")
def test_ctrl_c_while_following_another_processes_run_says_that_it_goes_on(tmp_path):
    flags = ["--teacher", "notebook", "--epochs", "41"]
    with running_elsewhere(tmp_path, RunConfig(teacher="notebook", epochs=41)) as run_id:
        joined = subprocess.Popen(
            [sys.executable, "-m", "kd", "train", *flags, "--json"],
            cwd=PROJECT,
            env={**os.environ, "KD_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        Store(tmp_path).runs.add_event(run_id, EPOCH)
        assert json.loads(joined.stdout.readline()) == EPOCH
        joined.send_signal(signal.SIGINT)
        _, said = joined.communicate(timeout=240)
        assert joined.returncode == 130
        assert said == (f"The run continues in the other process. To stop it: python -m kd stop {run_id}\n")
        assert Store(tmp_path).runs.row(run_id).status == "running"


def test_the_run_is_listed_and_answers_a_picture_of_either_polarity_and_any_size(
    trained, home, tmp_path, mnist
):
    run_id = trained[-1]["run"]
    listed = [json.loads(line) for line in run("runs", "--json", home=home).stdout.splitlines()]
    assert next(line for line in listed if line["run"] == run_id)["status"] == "finished"
    assert run_id in run("runs", home=home).stdout
    digit = Image.fromarray(255 - mnist.x_test[0]).resize((333, 333), Image.Resampling.BICUBIC)
    digit.save(tmp_path / "seven.png")
    done = run("predict", run_id, str(tmp_path / "seven.png"), "--json", home=home)
    answer = json.loads(done.stdout)
    assert set(answer["predictions"]) == {"teacher", "distilled", "scratch"}
    for prediction in answer["predictions"].values():
        assert sum(prediction["probabilities"]) == pytest.approx(1.0, abs=1e-6)
        assert prediction["digit"] == max(range(10), key=prediction["probabilities"].__getitem__)
    table = run("predict", run_id[:6], str(tmp_path / "seven.png"), home=home)
    assert "Distilled" in table.stdout
    unknown = run("predict", "zzz", str(tmp_path / "seven.png"), home=home)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith("No finished run has the id 'zzz'")


def test_every_number_in_the_table_and_the_list_matches_the_sentence(home):
    with Lab(home) as lab:
        result = lab.runs.view(PRESETS["many_images"].config.run_id).result
    right = {name: round(10_000 * result[name]["test_accuracy"]) for name in MODELS}
    table, listed = run("train", "--preset", "many_images", home=home), run("runs", home=home)
    for shown in (table, listed):
        assert shown.returncode == 0, shown.stderr
        for pictures in right.values():
            assert f"{pictures / 100:.2f}\u00a0%" in shown.stdout
    gained = (right["distilled"] - right["scratch"]) / 100
    assert f"{gained:.2f} percentage points ahead of scratch" in " ".join(table.stdout.split())
    # and under the verdict of one seed, what single seeds say near it
    shown = " ".join(run("train", home=home).stdout.split())
    assert shown.endswith(f"may give another difference. {near_note(RunConfig())}")


def test_only_kd_lab_says_that_it_opens_the_app(capsys):
    says = "Without a command, it opens the app in your browser"
    for name, is_said in (("kd-lab", True), ("python -m kd", False)):
        assert main(["--help"], name=name) == 0
        assert (says in " ".join(capsys.readouterr().out.split())) is is_said
