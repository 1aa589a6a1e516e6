"""`python -m kd sweep`: a study from the command line, with a real engine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from kd.__main__ import main
from kd.config import PRESETS, RunConfig
from kd.engine import Engine
from kd.lab import Lab
from kd.lab.studies import Studies
from kd.store.store import Store
from kd.studies.study import Study, StudyView
from kd.text.endings import Ending
from tests import PROJECT

PATIENCE = 240
SWEEP = ("--preset", "notebook", "--epochs", "1", "--seeds", "2", "--train-size", "100,200")


def start(*arguments: str, home) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "kd", "sweep", *arguments],
        cwd=PROJECT,
        env={**os.environ, "KD_HOME": str(home), "KD_WORKERS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def models(home) -> dict[str, float]:
    """When each stored model was trained, by its id."""
    if not (home / "lab.sqlite").exists():
        return {}
    with (
        contextlib.suppress(sqlite3.OperationalError),  # its tables are just being made
        contextlib.closing(sqlite3.connect(home / "lab.sqlite")) as connection,
    ):
        return dict(connection.execute("SELECT model_id, stored FROM models"))
    return {}


def test_an_estimate_counts_the_workers_of_ones_own_cluster(tmp_path, monkeypatch):
    counted = []
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setattr(Engine, "look_for_workers", lambda self: setattr(self, "_workers", {"student": 64}))
    monkeypatch.setattr(
        Lab, "estimate", lambda self, study: counted.append(self._engine.students_at_once()) or 7200.0
    )
    assert main(["sweep", "--temperature", "1,4"]) == 2
    assert counted == [64]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_study_of_which_nothing_finished_names_each_cell_and_its_reason(
    form, tmp_path, monkeypatch, capsys
):
    study = Study(RunConfig(), {"temperature": (1.0, 4.0)})
    runs = [config.run_id for _cell, config in study.runs()]
    view = StudyView(study.study_id, study, "unfinished", 2, 0, 0, dict.fromkeys(runs, Ending("disk full")))
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setattr(Studies, "start", lambda self, study: study.study_id)
    monkeypatch.setattr(Studies, "view", lambda self, asked: view)
    assert main(["sweep", "--temperature", "1,4", *form]) == 1
    said = capsys.readouterr().err
    for run_id, value in zip(runs, (1, 4), strict=True):
        why = f"Run {run_id} (temperature {value}, seed 0) ended without a result: {Ending('disk full')}"
        assert why in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--temperature", "1,4", "--temperature", "2"], "--temperature is there twice: give its values"),
        (["--seeds", "x"], "seeds must be a whole number between 1 and 1,000, got 'x'."),
        (["--teacher", "0123456789ab"], "There is no stored model 0123456789ab to be the teacher"),
        (["--against", "temperature=9", "--temperature", "1,4"], "The baseline must be one cell"),
        (["--csv", "no/such/folder/runs.csv"], "'no/such/folder/runs.csv' cannot be written (No such file"),
        (["--parquet", __file__], f"'{__file__}' exists already: choose another name"),
        (["--train-size", "60000", "--epochs", "100", "--student-width", "64", "--seeds", "40"],
         "This study would take about"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_and_exit_code_2(arguments, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    assert main(["sweep", *arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
    assert not models(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_study_that_is_killed_goes_on_and_trains_nothing_twice(tmp_path, monkeypatch, capsys):
    process = start(*SWEEP, home=tmp_path)
    deadline = time.monotonic() + PATIENCE
    while len(models(tmp_path)) < 2:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = models(tmp_path)
    assert 2 <= len(before) < 8

    again = start(*SWEEP, "--json", home=tmp_path)
    out, err = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, err
    assert not {"Traceback", "WARNING"} & {*err.replace(":", " ").split()}
    after = models(tmp_path)
    assert len(after) == 8  # 2 sizes × 2 seeds of both students
    assert {model: after[model] for model in before} == before
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[0]["event"] == "progress"
    cells = [line for line in lines if line.get("event") == "cell"]
    assert [(cell["train_size"], cell["seeds"]) for cell in cells] == [(100, 2), (200, 2)]
    assert {cell["verdict"] for cell in cells} == {"not judged yet"}
    stored = Store(tmp_path)
    notebook = PRESETS["notebook"].config.replace(epochs=1, train_size=100)
    runs = [notebook.replace(seed=seed) for seed in range(2)]
    records = [stored.runs.record(run.run_id)["result"] for run in runs]
    gains = [100 * (r["distilled"]["test_accuracy"] - r["scratch"]["test_accuracy"]) for r in records]
    assert cells[0]["difference"] == pytest.approx(sum(gains) / 2, abs=1e-6)

    monkeypatch.setenv("KD_HOME", str(tmp_path))
    assert main(["sweep", *SWEEP, "--csv", str(tmp_path / "runs.csv")]) == 0
    out = capsys.readouterr().out
    assert models(tmp_path) == after
    assert out.splitlines()[-2:] == [str(tmp_path / "runs.csv"), str(tmp_path / "runs-columns.csv")]
    rows = (tmp_path / "runs.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 4 * 3
    assert "train-size" in out


def test_ctrl_c_keeps_what_is_done(tmp_path, monkeypatch, capsys):
    study = Study(RunConfig(), {"temperature": (1.0, 4.0)})
    view = StudyView(study.study_id, study, "stopped", 2, 1, 0)
    asked: list[str] = []

    def wait(self, study_id, timeout=None, progress=False):
        if progress:
            raise KeyboardInterrupt
        return view

    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setattr(Studies, "start", lambda self, study: study.study_id)
    monkeypatch.setattr(Studies, "wait", wait)
    monkeypatch.setattr(Studies, "stop", lambda self, study_id: asked.append(study_id))
    assert main(["sweep", "--temperature", "1,4"]) == 130
    assert asked == [study.study_id]
    said = capsys.readouterr().err
    assert said == "1 of 2 runs are kept: the same command goes on from there.\nStopped.\n"
