"""The command line in odd surroundings: pipes that close, full disks, other encodings, Ctrl-C."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock, Mock

import pytest

from kd.__main__ import main
from kd.cli import train as train_command
from kd.config import RunConfig
from kd.terminal import entry, streams
from tests import PROJECT

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and descriptors of POSIX")


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    """Run `python ARGUMENTS` in the project; output as bytes unless `text` is given."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "", **options.pop("env", {})}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT, env=environment, check=False, timeout=240, **options
    )


@pytest.mark.parametrize(
    ("encoding", "arguments", "said"),
    [("cp1252", ["train", "--help"], "--alpha"), ("ascii", ["runs"], " a|")],
)
def test_help_and_tables_are_printed_in_any_encoding(encoding, arguments, said, tmp_path):
    done = run("-m", "kd", *arguments, env={"PYTHONIOENCODING": encoding, "KD_HOME": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, b"")
    assert said in done.stdout.decode(encoding)


def test_a_reader_that_leaves_ends_the_command_quietly(tmp_path):
    for arguments in (("train", "--help"), ("sweep", "--epochs", "40")):
        reading, writing = os.pipe()
        os.close(reading)
        done = run("-m", "kd", *arguments, stdout=writing, env={"KD_HOME": str(tmp_path)})
        os.close(writing)
        assert done.returncode == entry.READER_LEFT
        # on a busy machine there is something to wait for
        assert all(re.search(r"\d %", line) for line in done.stderr.decode().splitlines())


def test_a_reader_that_left_is_told_from_other_troubles(monkeypatch):
    for platform, left in (("linux", {errno.EPIPE}), ("win32", {errno.EPIPE, errno.EINVAL})):
        monkeypatch.setattr(sys, "platform", platform)
        for number in (errno.EPIPE, errno.EINVAL, errno.ENOSPC):
            lost = streams.OutputLost(OSError(number, "said by the system"))
            assert lost.reader_left is (number in left)


def test_output_that_cannot_be_written_gets_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with (tmp_path / "file").open("rb") as not_for_writing:
        done = run("-m", "kd", "runs", stdout=not_for_writing, env={"KD_HOME": str(tmp_path)})
        assert done.returncode == entry.FAILED
        assert re.fullmatch(rb"The output could not be written: [^\n]+\.\r?\n", done.stderr)
        # and a message that cannot be written changes nothing
        assert run("-m", "kd", "train", "--alpha", "7", stderr=not_for_writing).returncode == 2


@on_posix
def test_closed_streams_are_not_taken_by_the_next_file(tmp_path):
    program = f"""
import os, sys
for number in (0, 1, 2):
    os.close(number)
os.execv(sys.executable, [sys.executable, "-c", '''
import sys
from kd.terminal import entry
def command():
    with open({str(tmp_path / "said")!r}, "w") as file:
        print("printed")
        print("printed", file=sys.stderr)
        file.write(str((file.fileno() > 2, sys.stdin.read())))
    return 0
entry.run(command)
'''])
"""
    assert run("-c", program).returncode == 0
    assert (tmp_path / "said").read_text() == "(True, '')"


def test_without_docstrings_every_command_has_its_help():
    program = """
import importlib, sys
for name in ("kd.__main__", "kd.teachers.__main__", "kd.teacher_logits", "kd.engine.certificates"):
    module = importlib.import_module(name)
    if module.__doc__ is not None or module.main(["--help"]) != 0:
        sys.exit(name)
"""
    done = run("-OO", "-c", program, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("usage:") == 4


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ValueError("alpha must be less."), 2, "alpha must be less."),
        (RuntimeError("Could not determine home directory."), 1, "This failed unexpectedly (RuntimeError: "),
        (OSError("nothing more is known"), 1, "nothing more is known."),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
def test_whatever_goes_wrong_gets_one_sentence(error, code, sentence, capsys):
    def command() -> int:
        raise error

    assert entry.exit_code(command) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(sentence)
    assert printed.err.count("\n") == 1


def test_odd_values_are_refused_in_one_short_sentence(capsys):
    endless = "1" * 100_000
    for arguments in (
        ["train", "--alpha", f"0.{endless}x"],
        ["train", "--alpha", "\ud800"],
        ["train", f"--{endless}"],
        ["predict", "abc", endless],
    ):
        assert main(arguments) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        assert len(printed.err) < 220


def fake_lab() -> MagicMock:
    """A lab and the handle on its one run, which ends at the third look; each look finds a new event."""
    from kd.runs.state import RunView

    lab = MagicMock(id="0123456789ab")
    lab.__enter__.return_value = lab.train.return_value = lab

    def view() -> RunView:
        looks = lab.view.call_count
        status, result = ("finished", {"run": lab.id}) if looks >= 3 else ("running", None)
        history = [{"model": "scratch", "epoch": epoch} for epoch in range(1, looks + 1)]
        return RunView(lab.id, RunConfig(), status, "students", history=history, result=result)

    lab.view.side_effect = view
    return lab


def test_a_run_whose_epochs_cannot_be_printed_is_finished_or_stopped(monkeypatch):
    """A reader that left stops the run, and a full disk does not."""
    for error, to_the_end, calls in (
        (BrokenPipeError(32, "Broken pipe"), False, ["stop", "wait", "__exit__"]),
        (OSError(28, "No space left on device"), True, ["__exit__"]),
    ):
        lab = fake_lab()
        monkeypatch.setattr(train_command, "Lab", lambda lab=lab: lab)
        monkeypatch.setattr(train_command, "SECONDS_BETWEEN_LOOKS", 0)
        broken = SimpleNamespace(write=Mock(side_effect=error))
        monkeypatch.setattr(sys, "stdout", streams._Output(broken))
        with pytest.raises(streams.OutputLost, match=error.strerror):
            train_command.train(RunConfig(), as_json=True)
        called = [name for name, *_given in lab.mock_calls if name in ("stop", "wait", "__exit__")]
        assert (lab.view.call_count >= 3, called) == (to_the_end, calls)


def _interrupted(program: str, tmp_path: Path, times: int, arguments: tuple[str, ...] = ()) -> tuple:
    """Exit code, standard error and remaining output of a program that gets Ctrl-C when it says "ready"."""
    (tmp_path / "program.py").write_text(program)
    process = subprocess.Popen(
        [sys.executable, *(arguments or [str(tmp_path / "program.py")])],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(PROJECT)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    for time_to_press in range(times):
        if time_to_press:
            assert process.stdout.readline() == "putting in order\n"
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=240)
    return process.returncode, err, out


@on_posix
def test_ctrl_c_while_a_command_loads_ends_it_without_a_traceback(tmp_path):
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text("import time; print('ready', flush=True); time.sleep(60)")
    assert _interrupted("", tmp_path, 1, ("-m", "kd", "runs")) == (130, "Stopped.\n", "")


TRAINING = """
import time
from dataclasses import replace
from kd.cli import train
from kd.terminal import entry
from kd.config import RunConfig
from tests.cli.test_cli_surroundings import fake_lab

lab = fake_lab()
found = lab.view.side_effect

def view():
    if lab.view.call_count == 1:
        print("ready", flush=True)
    time.sleep(0.2)
    return replace(found(), status="running", history=[])

def stop():
    print("putting in order", flush=True)
    time.sleep(SECONDS)

lab.view.side_effect, lab.stop.side_effect = view, stop
lab.__exit__.side_effect = lambda *error: print("closed", flush=True)
train.Lab = lambda: lab
entry.run(lambda: train.train(RunConfig(), True))
"""


@on_posix
def test_ctrl_c_tidies_up_a_run_and_a_second_one_does_not_wait(tmp_path):
    once = _interrupted(TRAINING.replace("SECONDS", "0"), tmp_path, 1)
    assert once == (130, "Stopped.\n", "putting in order\nclosed\n")
    twice = _interrupted(TRAINING.replace("SECONDS", "60"), tmp_path, 2)
    assert twice == (130, "Stopped.\n", "")
