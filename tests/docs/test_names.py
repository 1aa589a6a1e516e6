"""What the documents name exists: files, modules, commands, tests."""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
import re
import shlex
from pathlib import Path

import pytest

from tests import PROJECT
from tests.docs.documents import DOCUMENTS, short, text

OURS = ("kd", "ui", "tests", "benchmarks", "docs")
# A path has a folder, or the ending of a file that the project has. Some only the reader has.
PATH = re.compile(
    r"(?!~|\.kd/|\.venv/|KD_HOME|kd/text/locale/)[\w.-]*\w(/[\w.-]+)+/?|(?!\.kd/)[\w.-]+/|\w+\.(py|md|npz|toml|yaml)"
)
MODULE = re.compile(rf"(?!kd\.(mo|po|pot)$)({'|'.join(OURS)})(\.\w+)+(\(\))?")


def quoted(document: Path) -> list[str]:
    """Whatever is in single backticks, outside blocks of code."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text(document), flags=re.DOTALL))


def found(pattern: re.Pattern) -> list[tuple[Path, str]]:
    """Each quoted name of this form, with the document that names it."""
    return sorted(
        {(document, name) for document in DOCUMENTS for name in quoted(document) if pattern.fullmatch(name)}
    )


def commands(pattern: str) -> list[str]:
    """Whatever the documents tell people to run, in blocks of code and elsewhere."""
    return sorted({name for document in DOCUMENTS for name in re.findall(pattern, text(document))})


def names_of_tests(path: Path) -> set[str]:
    """The test functions in a file or below a folder."""
    files = path.rglob("test_*.py") if path.is_dir() else [path]
    return {
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


TEST_COMMANDS = [
    command.strip()
    for document in DOCUMENTS
    for name in quoted(document)
    if name.startswith("pytest ")
    for command in name.split(";")
]


@pytest.mark.parametrize("command", TEST_COMMANDS)
def test_a_documented_test_command_selects_tests(command):
    paths, _, wanted = command.removeprefix("pytest ").partition(" -k ")
    names = set().union(*(names_of_tests(PROJECT / path) for path in paths.split()))
    assert names
    for word in " ".join(shlex.split(wanted)).split(" or "):
        assert any(word in name for name in names), f"no test is called {word}"


@pytest.mark.parametrize(("document", "path"), found(PATH), ids=short)
def test_a_documented_path_exists(document, path):
    assert (PROJECT / path).exists() or (document.parent / path).exists()


@pytest.mark.parametrize("package", ["kd", "ui"])
def test_every_folder_of_the_code_is_described(package):
    folders = {f"{package}/{path.parent.name}/" for path in (PROJECT / package).glob("*/__init__.py")}
    assert len(folders) > 3
    assert folders <= set(quoted(PROJECT / "docs" / "code.md"))


@pytest.mark.parametrize(("document", "name"), found(MODULE), ids=short)
def test_a_documented_module_or_name_exists(document, name):
    pkgutil.resolve_name(name.removesuffix("()"))


def test_documented_modules_and_scripts_exist():
    for module in commands(r"python -m ([\w.]+)"):
        spec = importlib.util.find_spec(module)
        assert spec, module
        assert spec.submodule_search_locations is None or importlib.util.find_spec(f"{module}.__main__")
    assert [path for path in commands(r"python ([\w/]+\.py)") if not (PROJECT / path).is_file()] == []


def test_there_are_commands_and_names_to_look_at():
    assert len(TEST_COMMANDS) > 50
    assert len(found(PATH)) > 30
    assert len(found(MODULE)) > 2
    assert len(commands(r"python -m ([\w.]+)")) > 10
