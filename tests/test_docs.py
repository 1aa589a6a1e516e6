"""What the documents tell people to run is there: every test command names tests that exist."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from tests import PROJECT

TEXT = (PROJECT / "docs" / "reliability.md").read_text(encoding="utf-8")
COMMANDS = [
    command.strip()
    for quoted in re.findall(r"`(pytest [^`]+)`", TEXT)
    for command in quoted.split(";")
    if command.strip() != "pytest"
]


def names_of_tests(path: Path) -> set[str]:
    """The test functions in a file or below a folder."""
    files = path.rglob("test_*.py") if path.is_dir() else [path]
    return {
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_documents_runs_tests(command):
    paths, _, wanted = command.removeprefix("pytest ").partition(" -k ")
    names = set().union(*(names_of_tests(PROJECT / path) for path in paths.split()))
    assert names
    for word in " ".join(shlex.split(wanted)).split(" or "):
        assert any(word in name for name in names), f"no test is called {word}"


def test_there_are_commands_to_look_at():
    assert len(COMMANDS) > 50
