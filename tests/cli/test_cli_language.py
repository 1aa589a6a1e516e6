"""What the command line prints fits 80 columns, and nothing escapes translation: all is ⟦marked⟧."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len

from kd.__main__ import main
from kd._version import __version__
from kd.config import FIELDS, MODELS, PRESETS, RunConfig
from kd.export import FORMATS
from kd.store.drawings import Drawings
from kd.store.shipped import runs as shipped_runs
from kd.store.store import Store
from kd.studies.study import SCRATCH
from kd.text.endings import Ending
from tests import pseudo_language, stored_runs
from tests.stored_runs import CONFIG, save_ended

COMMANDS = ("train", "sweep", "experiment", "runs", "predict", "export", "stop", "data", "class")
WITHIN = tuple(
    [command, each]
    for command, names in {"class": ("list", "end", "export"), "data": ("list", "add", "remove")}.items()
    for each in names
)
CODES = (
    *COMMANDS,
    *(each for _command, each in WITHIN),
    *PRESETS,
    *("true", "false", SCRATCH),
    *(*FORMATS, *MODELS),
    *(str(choice) for spec in FIELDS.values() for choice in spec.choices),
    *("shipped", "KXRT"),
)


WIDE = RunConfig(teacher="0123456789ab", alpha=0.123456, temperature=12.3456, epochs=100)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home, and a terminal of 80 columns."""
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def marked(home, pseudo_language):
    """The same for a reader of the marked language."""
    return home


def words_left(printed: str) -> list[str]:
    """The words of what is printed that are not marked, without codes."""
    said = " ".join(pseudo_language.unmarked(printed).split())
    for known in (code for code in CODES if "_" in code):
        said = said.replace(known, " ")
    said = re.sub(r"python -m kd|--?[a-z][a-z-]*|\b[0-9a-f]{12}\b", " ", said)
    return [word for word in re.findall(r"[^\W\d_]{2,}(?:-[a-z]+)*", said) if word not in CODES]


def printed_by(arguments, capsys) -> str:
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if cell_len(line) > 80] == []
    return printed


@pytest.mark.parametrize("arguments", [[], *([command] for command in COMMANDS), *WITHIN], ids=" ".join)
def test_every_help_fits_in_the_readers_language(arguments, marked, capsys):
    printed = printed_by([*arguments, "--help"], capsys)
    assert pseudo_language.OPEN in printed
    assert words_left(printed) == []


def test_tables_fit_in_the_readers_language(marked, mnist, monkeypatch, capsys):
    picture = marked / "digit.png"
    Image.fromarray(mnist.x_test[0]).save(picture)
    shipped = shipped_runs()[0]
    save_ended(Store(), CONFIG, "failed", Ending("disk full").stored())
    Store().drawings.save("1", Drawings(mnist.x_test[:2], mnist.y_test[:2], np.arange(2)))
    Store().classes.open("KXRT", "host", "seeds;digits")
    drawn = ["predict", shipped, "--drawings", "1"]
    for arguments in (["runs"], ["predict", shipped, str(picture)], drawn, ["class", "list"], ["train"]):
        printed_by(arguments, capsys)
        with monkeypatch.context() as wider:  # where words are not folded
            wider.setenv("COLUMNS", "200")
            assert main(arguments) == 0
        printed = capsys.readouterr().out
        assert pseudo_language.OPEN in printed
        assert words_left(printed) == []
        assert re.findall(r".*\d[.,]\d.*", printed) == []


def test_without_a_command_the_commands_are_named(home, capsys):
    printed = printed_by([], capsys)
    assert printed == printed_by(["--help"], capsys)
    assert all(re.search(rf"\n    {command}\s", printed) for command in COMMANDS)
    assert printed_by(["--version"], capsys) == f"KD Lab {__version__}\n"


def test_tables_fit_whatever_is_in_them_and_nothing_is_cut(home, mnist, capsys):
    store = Store(home)
    Image.fromarray(mnist.x_test[0]).save(home / "digit.png")
    for arguments in (["train"], ["predict", PRESETS["default"].config.run_id[:5], str(home / "digit.png")]):
        assert "…" not in printed_by(arguments, capsys)
    assert len(printed_by(["runs"], capsys).splitlines()) == 2 + len(shipped_runs())
    unfinished = [WIDE.replace(seed=seed) for seed in range(4)]
    for config, status in zip(unfinished, ("queued", "running", "failed", "interrupted"), strict=True):
        save_ended(store, config, status, Ending("disk full").stored())
    finished = stored_runs.save(store, WIDE.replace(seed=9, teacher="fresh", teacher_epochs=1))
    printed = printed_by(["runs"], capsys)
    assert "…" not in printed
    for text in (*(config.run_id for config in unfinished), finished, "0.123456", "12.3456", "99.11\u00a0%"):
        assert text in printed


@pytest.mark.parametrize(
    "arguments",
    [["train", "--epochs", "1.5"], ["dance"], ["predict", "0", "no-such-file"], ["stop", "no-such-run"]],
    ids=" ".join,
)
def test_refusals_are_in_the_readers_language(arguments, marked, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(pseudo_language.OPEN)
    assert words_left(printed) == []


def test_what_programs_read_is_the_same_in_every_language(marked, capsys):
    save_ended(Store(), CONFIG, "failed", Ending("disk full").stored())
    assert main(["runs", "--json"]) == 0
    printed = capsys.readouterr().out
    assert main(["train", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["comparison"]["sentence"].startswith("After 640 steps, this run's distilled student")
    assert pseudo_language.OPEN not in printed + json.dumps(result, ensure_ascii=False)
    mine = next(run for run in map(json.loads, printed.splitlines()) if run["run"] == CONFIG.run_id)
    assert mine["status"] == "failed"
    assert mine["message"].startswith("The disk is full")
