"""What the documents name exists: files, modules, commands, tests. What the README shows as code runs."""

from __future__ import annotations

import ast
import gettext
import importlib.util
import pkgutil
import re
import shlex
from functools import cache
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface

from tests import PROJECT

DOCUMENTS = [
    *sorted(PROJECT.glob("*.md")),
    PROJECT / "data" / "README.md",
    *sorted((PROJECT / "docs").glob("*.md")),
]
OURS = ("kd", "ui", "tests", "benchmarks", "docs")
# A path has a folder, or the ending of a file that the project has. Some only the reader has.
PATH = re.compile(
    r"(?!~|\.kd/|\.venv/|KD_HOME|kd/text/locale/)[\w.-]*\w(/[\w.-]+)+/?|(?!\.kd/)[\w.-]+/|\w+\.(py|md|npz|toml|yaml)"
)
MODULE = re.compile(rf"(?!kd\.(mo|po|pot)$)({'|'.join(OURS)})(\.\w+)+(\(\))?")


@cache
def text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


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


def short(value: object) -> str:
    return value.name if isinstance(value, Path) else str(value)


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


@pytest.mark.parametrize("module", commands(r"python -m ([\w.]+)"))
def test_a_documented_module_can_be_run(module):
    spec = importlib.util.find_spec(module)
    assert spec
    assert spec.submodule_search_locations is None or importlib.util.find_spec(f"{module}.__main__")


@pytest.mark.parametrize("script", commands(r"python ([\w/]+\.py)"))
def test_a_documented_script_exists(script):
    assert (PROJECT / script).is_file()


@pytest.mark.parametrize("variable", commands(r"\bKD_[A-Z_]+"))
def test_a_documented_variable_is_read_by_the_code(variable):
    code = [path for folder in ("kd", "ui") for path in (PROJECT / folder).rglob("*.py")]
    assert any(f'"{variable}"' in text(path) for path in code)


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_links_lead_somewhere(document):
    for link in re.findall(r"\]\(([^)\s]+)\)", text(document)):
        if not link.startswith("http"):
            path, _, anchor = link.partition("#")
            target = document.parent / path if path else document
            assert target.exists(), link
            headings = re.findall(r"^#+ (.+)$", text(target), flags=re.MULTILINE) if anchor else []
            assert not anchor or anchor in [heading.lower().replace(" ", "-") for heading in headings], link


def test_there_are_commands_and_names_to_look_at():
    assert len(TEST_COMMANDS) > 50
    assert len(found(PATH)) > 30
    assert len(found(MODULE)) > 2
    assert len(commands(r"python -m ([\w.]+)")) > 10


DISTILLER, LAB, STUDY, CHAIN = re.findall(
    r"```python\n(.*?)```", text(PROJECT / "README.md"), flags=re.DOTALL
)


def run(code: str, *smaller: tuple[str, str]) -> dict:
    """Run a snippet of the README with less to compute; returns its names."""
    for ours, less in smaller:
        assert ours in code
        code = code.replace(ours, less)
    names = {"__name__": "__main__"}
    exec(compile(code, "README.md", "exec"), names)
    return names


def test_the_readmes_distiller_learns(monkeypatch):
    monkeypatch.chdir(PROJECT)
    names = run(DISTILLER, ("train(1_000)", "train(320)"), ("test()", "test(320)"), ("epochs=3", "epochs=1"))
    history = names["distiller"].history.history
    assert history["loss"][0] > 0


@pytest.fixture
def small_home(monkeypatch, tmp_path):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setenv("KD_WORKERS", "1")


def test_the_readmes_lab_trains(small_home, capsys):
    run(LAB, ("train_size=500", "train_size=320"), ("epochs=40", "epochs=1"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["teacher", "distilled", "scratch"]
    assert all(0 < float(line.split()[1]) < 1 for line in lines)


def test_the_readmes_study_ends_in_verdicts(small_home, capsys):
    run(STUDY, ("epochs=40", "epochs=1, train_size=320"), ("seeds=3", "seeds=2"))
    first, last, titles, *rows = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"6 runs, about \d+ seconds", first)
    assert last == "finished 6"
    assert titles.split() == ["temperature", "difference", "low", "high", "verdict"]
    assert [float(row.split()[1]) for row in rows] == [1, 4, 20]


def test_the_readmes_students_teach_students(small_home, tmp_path, capsys):
    run(CHAIN, ("epochs=40", "epochs=1, train_size=320"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert len(list((tmp_path / "models").iterdir())) == 4  # three distilled students, one scratch student


def test_the_documented_way_to_add_a_language_works(monkeypatch, tmp_path):
    for folder in ("kd", "ui", "pages"):
        for path in (PROJECT / folder).rglob("*.py"):
            copy = tmp_path / path.relative_to(PROJECT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "app.py").write_bytes((PROJECT / "app.py").read_bytes())
    monkeypatch.chdir(tmp_path)
    steps = re.findall(
        r"^\.venv/bin/(pybabel .+)$", text(PROJECT / "docs" / "translating.md"), flags=re.MULTILINE
    )
    assert [step.split()[1] for step in steps] == [
        "extract",
        "init",
        "compile",
        "extract",
        "update",
        "compile",
    ]
    catalogue = tmp_path / "kd/text/locale/de/LC_MESSAGES/kd.po"
    for step in steps:
        CommandLineInterface().run(step.replace("pybabel", "pybabel --quiet", 1).split())
        if " init " in step:
            before = catalogue.read_text(encoding="utf-8")
            after = before.replace('msgid "Home"\nmsgstr ""', 'msgid "Home"\nmsgstr "Anfang"')
            assert after != before
            catalogue.write_text(after, encoding="utf-8")
    german = gettext.translation("kd", tmp_path / "kd/text/locale", ["de"])
    assert german.gettext("Home") == "Anfang"
