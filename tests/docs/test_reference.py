"""Whatever can be set is documented: the reference is the one that the code makes now."""

from __future__ import annotations

import re

import pytest

from docs import reference
from kd.cli.parser import command_line
from kd.config import OFFERED, PRESETS
from kd.distillation.objectives import OBJECTIVES
from tests import PROJECT
from tests.docs.documents import DOCUMENTS, text

REFERENCE = text(reference.PAGE)
# read by the app, the command line, the workers and the tests, and set by whoever starts them
CODE = [
    PROJECT / "app.py",
    *(path for folder in ("kd", "ui", "tests/browser") for path in (PROJECT / folder).rglob("*.py")),
]
# set by KD Lab itself
OWN = {"KD_FORKSERVER_PARENT"}


def variables() -> set[str]:
    return {name for path in CODE for name in re.findall(r'"(KD_[A-Z_]+)"', text(path))} - OWN


def test_the_reference_is_what_its_command_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "PAGE", tmp_path / "page.md")
    assert reference.main() == 0
    written = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert written == REFERENCE, "write it again: python -m docs.reference"


@pytest.mark.parametrize("name", [*OFFERED, *OBJECTIVES, *PRESETS])
def test_a_field_objective_or_preset_is_in_the_reference(name):
    assert f"| `{name}` |" in REFERENCE


def test_every_flag_of_every_command_is_in_the_reference():
    for name, parser in command_line()[1].items():
        section = REFERENCE.partition(f"### `{name}`\n")[2].partition("\n### ")[0]
        assert section
        flags = set(re.findall(r"--[a-z][a-z-]+", parser.format_help())) - {"--help", "--no-"}
        fields = {"--" + field.replace("_", "-") for field in OFFERED}
        switches = {flag.replace("--", "--no-", 1) for flag in fields}
        assert {flag for flag in flags - fields - switches if flag not in section} == set()


@pytest.mark.parametrize("name", sorted(variables()))
def test_a_variable_that_the_code_reads_is_documented(name):
    assert any(f"`{name}`" in text(document) for document in DOCUMENTS)


def test_there_are_variables():
    assert {"KD_HOME", "KD_LIMIT", "KD_WORKERS"} < variables()
