"""The command line in a language in which every sentence is ⟦marked⟧: nothing it says is left unmarked."""

from __future__ import annotations

import json
import re

import pytest
from PIL import Image

from kd.__main__ import main
from kd.config import FIELDS, MODELS, PRESETS
from kd.export import FORMATS
from kd.store.store import Store
from kd.studies.study import SCRATCH
from kd.text import translation
from kd.text.endings import Ending
from tests import pseudo_language
from tests.stored_runs import CONFIG, save_ended

COMMANDS = ("train", "sweep", "experiment", "runs", "predict", "export", "stop")
# argparse has a catalogue of its own
ARGPARSES = (
    "usage:",
    "options:",
    "positional arguments:",
    "show this help message and exit",
    "Argument COMMAND: invalid choice:",
    "(choose from",
)
CODES = (
    *COMMANDS,
    *PRESETS,
    *("true", "false", SCRATCH),
    *(*FORMATS, *MODELS),
    *(str(choice) for spec in FIELDS.values() for choice in spec.choices),
    "shipped",
)


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalogue")
    pseudo_language.write_catalogue(folder)
    return folder


@pytest.fixture
def home(catalogue, tmp_path, monkeypatch):
    """An empty home, for a reader of the marked language."""
    monkeypatch.setattr(translation, "_folder", str(catalogue))
    monkeypatch.setattr(translation, "_wanted", translation.environment_languages)
    monkeypatch.setenv("LANGUAGE", pseudo_language.LANGUAGE)
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def words_left(printed: str) -> list[str]:
    """The words of what is printed that are not marked, without codes and what argparse says."""
    said = " ".join(pseudo_language.unmarked(printed).split())
    for known in (*ARGPARSES, *(code for code in CODES if "_" in code)):
        said = said.replace(known, " ")
    said = re.sub(r"python -m kd|--?[a-z][a-z-]*|[A-Z]{2,}|\b[0-9a-f]{12}\b", " ", said)
    return [word for word in re.findall(r"[^\W\d_]{2,}(?:-[a-z]+)*", said) if word not in CODES]


@pytest.mark.parametrize("arguments", [[], *([command] for command in COMMANDS)], ids=" ".join)
def test_every_help_is_in_the_readers_language(arguments, home, capsys):
    assert main([*arguments, "--help"]) == 0
    printed = capsys.readouterr().out
    assert pseudo_language.OPEN in printed
    assert words_left(printed) == []


def test_tables_are_in_the_readers_language(home, mnist, capsys):
    picture = home / "digit.png"
    Image.fromarray(mnist.x_test[0]).save(picture)
    shipped = Store().runs.shipped()[0]
    save_ended(Store(), CONFIG, "failed", Ending("disk full").stored())
    for arguments in (["runs"], ["predict", shipped, str(picture)], ["train"]):
        assert main(arguments) == 0
        printed = capsys.readouterr()
        assert pseudo_language.OPEN in printed.out
        assert words_left(printed.out) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--alpha", "1.5"],
        ["train", "--epochs", "1.5"],
        ["train", "--teacher", "7"],
        ["train", "--preset", "7"],
        ["dance"],
        ["predict", "0", "no-such-file"],
        ["predict", "0", "."],
        ["predict", "0", __file__],
        ["stop", "no-such-run"],
    ],
    ids=" ".join,
)
def test_refusals_are_in_the_readers_language(arguments, home, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(pseudo_language.OPEN)
    assert words_left(printed) == []


def test_what_programs_read_is_the_same_in_every_language(home, capsys):
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
