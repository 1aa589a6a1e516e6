"""An export that cannot be made is refused in one sentence, and nothing of it is left."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import psutil
import pytest

from kd.__main__ import main
from kd.base.unusable import Unusable
from kd.config import RunConfig
from kd.export import FORMATS, child, exporting, format, format_named, models
from kd.lab import Lab
from kd.pictures.mnist import load_mnist
from kd.store.store import Store
from kd.terminal import interrupt
from tests.export.conftest import RUN

UNFINISHED = RunConfig(seed=77)


def left(folder: Path) -> list[str]:
    return [path.name for path in [*folder.iterdir(), *(folder.parent / "temporary").iterdir()]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "One of the arguments --format --tensorboard is required."),
        (["--tensorboard", "x", "--output", "y"], "Argument --output: not allowed with argument --tens"),
        (["--tensorboard", __file__], f"'{__file__}' cannot be written (Not a dir"),
        (["--tensorboard", "a\0b"], r"'a\x00b' cannot be written ("),
        (["--format", "onnx", "--output", "no/such/folder"], "'no/such/folder' cannot be written (No such"),
        (["--format", "onnx", "--output", "~nobody-of-this-name"], "'~nobody-of-this-name' cannot be writt"),
        (["--format", "onnx", "--output", "x" * 300], f"'{'x' * 300}' cannot be written ("),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(arguments, sentence, folder, capsys):
    assert main(["export", RUN, *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(sentence)
    assert printed.err.count("\n") == 1
    assert left(folder) == []


def test_a_run_that_is_unknown_or_has_not_finished_is_refused(folder, capsys):
    Store().runs.claim(UNFINISHED.run_id, UNFINISHED)
    for run, name in (("nobody", "kd-lab"), ("", "python -m kd"), (UNFINISHED.run_id, "python -m kd")):
        assert main(["export", run, "--format", "keras"], name=name) == 2
        said = capsys.readouterr().err
        assert said == f"No finished run has the id '{run}': `{name} runs` lists them.\n"
    assert left(folder) == []


def test_the_library_refuses_in_the_same_way(folder):
    lab = Lab()
    lab.store.runs.claim(UNFINISHED.run_id, UNFINISHED)
    for run, words, sentence in (
        (RUN, {"format": "pdf"}, "format must be one of keras, litert, .*, got 'pdf'."),
        (
            RUN,
            {"format": "onnx", "model": "best"},
            "model must be one of teacher, distilled, scratch, got 'best'.",
        ),
        (UNFINISHED.run_id, {"format": "onnx"}, r"has no result \(queued\): choose a finished run."),
        ("nobody", {"format": "onnx"}, "There is no run 'nobody'"),
    ):
        with pytest.raises(ValueError, match=sentence):
            lab.export(run, **words)
    assert left(folder) == []


def test_without_the_extra_it_says_how_to_get_it(folder, monkeypatch, capsys):
    monkeypatch.setattr(format, "find_spec", lambda module: None)
    for name in FORMATS:
        if packages := [*format_named(name).packages.values()]:
            assert main(["export", RUN, "--format", name]) == 2
            said = capsys.readouterr().err
            assert said.startswith(f"The format {name} needs {packages[0]}")
            assert said.endswith("install what exports need with `pip install -r requirements-export.txt`.\n")
    assert left(folder) == []


@pytest.fixture
def quick(monkeypatch, folder):
    """Exports without a process: the original's own bytes as the file, and these logits as its answers."""
    logits = Store().models.logits(RunConfig().model_ids["distilled"])
    answers = {"logits": logits, "steps": []}

    def run_step(step, format_name, data, source, target, check):
        check()
        answers["steps"].append(step)
        if step == child.CONVERT:
            target.write_bytes(source.read_bytes())
        else:
            with target.open("wb") as file:
                np.savez(file, logits=answers["logits"], milliseconds=0.1)

    monkeypatch.setattr(models, "run_step", run_step)
    return answers


def test_existing_files_are_only_replaced_when_one_says_so(quick, folder, capsys):
    for name, steps in (("student.onnx", []), ("student.onnx.json", [child.CONVERT, child.ANSWER])):
        (folder / name).write_text("mine")
        assert main(["export", RUN, "--format", "onnx", "--output", "student.onnx"]) == 2
        assert f"'{folder / name}' exists already: choose another name" in capsys.readouterr().err
        assert quick["steps"] == steps
        assert left(folder) == [name]
        assert (folder / name).read_text() == "mine"
        (folder / name).unlink()
    (folder / "student.onnx").write_text("mine")
    assert main(["export", RUN, "--format", "onnx", "--output", "student.onnx", "--force"]) == 0
    assert (folder / "student.onnx").read_bytes()[:2] == b"PK"
    assert sorted(left(folder)) == ["student.onnx", "student.onnx.json"]


def answers_of(logits, pictures):
    """Other answers to these pictures."""
    return np.where(pictures[:, np.newaxis], -logits, logits)


EVERY = np.arange(10_000)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("litert", lambda logits, wrong: logits + 0.01 * (EVERY == 5)[:, np.newaxis]),
        # too few to be noticed as such, but enough to be less accurate; and as accurate by other answers
        ("litert-int8", lambda logits, wrong: answers_of(logits, EVERY % 40 == 0)),
        ("litert-int8", lambda logits, wrong: answers_of(logits, wrong)),
    ],
)
def test_a_file_that_is_another_model_is_not_written(name, changed, quick, folder, capsys):
    wrong = quick["logits"].argmax(axis=1) != load_mnist().y_test
    assert 0.05 < wrong.mean() < 0.1
    quick["logits"] = changed(quick["logits"], wrong)
    assert main(["export", RUN, "--format", name]) == 2
    said = capsys.readouterr().err
    assert said.startswith("The exported file is not the same model: ")
    assert said.count("\n") == 1
    assert left(folder) == []


def test_ctrl_c_leaves_nothing(folder, monkeypatch, capsys):
    """Pressed as soon as the converter's process runs."""

    others = set(psutil.Process().children())

    def pressed():
        if set(psutil.Process().children()) - others:
            monkeypatch.setattr(interrupt, "_asked", True)
        return asked_before()

    started, popen = [], subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1])
    asked_before = interrupt.check
    monkeypatch.setattr(interrupt, "check", pressed)
    assert main(["export", RUN, "--format", "onnx"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"
    assert set(psutil.Process().children()) <= others
    assert [child.returncode != 0 for child in started] == [True]  # it was ended, and not waited for
    assert left(folder) == []


@pytest.mark.parametrize(
    ("arguments", "last"),
    [
        (["--format", "onnx", "--output", "student.onnx"], "student.onnx.json"),
        (["--tensorboard", "all/logs"], "scratch"),
    ],
)
def test_a_full_disk_leaves_neither_files_nor_folders(arguments, last, quick, folder, monkeypatch, capsys):
    def full(path, content):
        if path.name.startswith(last) or path.parent.name == last:
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr(exporting.files, "_write_through", full)
    assert main(["export", RUN, *arguments]) == 2
    assert "cannot be written (No space left on device): choose another" in capsys.readouterr().err
    assert left(folder) == []


def test_a_step_that_fails_is_one_sentence(folder):
    (folder / "nothing").write_text("nothing")
    for step, name, said in (
        # a .keras file is not converted to one
        (child.CONVERT, "keras", "The model could not be converted to keras (NotImplementedError): "),
        (child.ANSWER, "litert", "The exported file does not run as litert ("),
    ):
        with pytest.raises(Unusable, match=rf"^{re.escape(said)}[^\n]*$"):
            child.run_step(step, name, RunConfig().data, folder / "nothing", folder / "target", lambda: None)
    assert left(folder) == ["nothing"]
