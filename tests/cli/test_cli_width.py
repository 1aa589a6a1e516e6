"""What the command line prints fits a terminal of 80 columns, and nothing is cut."""

from __future__ import annotations

import json
import re

import pytest
from PIL import Image
from rich.cells import cell_len

from kd.__main__ import main
from kd._version import __version__
from kd.config import PRESETS, RunConfig
from kd.store.store import Store
from kd.text.endings import Ending
from tests import pseudo_language, stored_runs

COMMANDS = ("train", "sweep", "runs", "predict", "export", "stop")
WIDE = RunConfig(teacher="0123456789ab", alpha=0.123456, temperature=12.3456, epochs=100)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def printed_by(arguments, capsys) -> str:
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if cell_len(line) > 80] == []
    return printed


@pytest.mark.parametrize("arguments", [[], *([command] for command in COMMANDS)], ids=" ".join)
def test_help_fits(arguments, home, capsys):
    printed_by([*arguments, "--help"], capsys)


def test_without_a_command_the_commands_are_named(home, capsys):
    printed = printed_by([], capsys)
    assert printed == printed_by(["--help"], capsys)
    assert all(re.search(rf"\n    {command}\s", printed) for command in COMMANDS)


def test_the_version_is_told(home, capsys):
    assert printed_by(["--version"], capsys) == f"KD Lab {__version__}\n"


def test_the_list_of_runs_fits_whatever_is_in_it(home, capsys):
    store = Store(home)
    unfinished = [WIDE.replace(seed=seed) for seed in range(4)]
    for config, status in zip(unfinished, ("queued", "running", "failed", "interrupted"), strict=True):
        stored_runs.save_ended(store, config, status, Ending("disk full").stored())
    finished = stored_runs.save(store, WIDE.replace(seed=9, teacher="fresh", teacher_epochs=1))
    printed = printed_by(["runs"], capsys)
    assert "…" not in printed
    for run_id in (*(config.run_id for config in unfinished), finished):
        assert run_id in printed
    for text in ("0.123456", "12.3456", "99.11\u00a0%", "Distilled"):
        assert text in printed


def test_a_usual_list_of_runs_has_one_line_for_each(home, capsys):
    printed = printed_by(["runs"], capsys)
    assert len(printed.splitlines()) == 2 + len(Store(home).runs.shipped())


@pytest.mark.usefixtures("pseudo_language")
def test_tables_and_help_fit_in_a_language_of_longer_words(home, capsys):
    stored_runs.save(Store(home), WIDE.replace(teacher="strong"))
    for arguments in ([], ["--help"], ["train", "--help"], ["sweep", "--help"], ["runs"], ["train"]):
        assert pseudo_language.OPEN in printed_by(arguments, capsys)


def test_answers_and_results_fit(home, mnist, capsys):
    run_id = PRESETS["default"].config.run_id
    Image.fromarray(mnist.x_test[0]).save(home / "digit.png")
    printed = printed_by(["predict", run_id[:5], str(home / "digit.png")], capsys)
    assert "…" not in printed
    assert "…" not in printed_by(["train"], capsys)
    assert main(["predict", run_id, str(home / "digit.png"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["predictions"]["teacher"]["digit"] == 7
