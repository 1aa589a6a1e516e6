"""The rooms of the code: imports point one way."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests import PROJECT

# What each part may import from the others.
BELOW = {"kd": {"kd"}, "ui": {"ui", "kd"}, "pages": {"ui", "kd"}, "app": {"ui", "kd"}}
# The rooms of ui that several pages use; each of the others is a page's own.
SHARED_BY_PAGES = {"shared", "pictures", "live", "serving"}


def sources(*parts: str) -> list[Path]:
    """The Python files of these folders, or these files, relative to the project."""
    found = [path for part in parts for path in [PROJECT / part, *(PROJECT / part).rglob("*.py")]]
    return [path.relative_to(PROJECT) for path in found if path.suffix == ".py"]


@cache
def imports(path: Path) -> set[tuple[str, ...]]:
    """The modules of ours that a file imports anywhere, in functions too, as parts of their names."""
    names = set()
    for node in ast.walk(ast.parse((PROJECT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: name the module whole"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {module for name in names if (module := _module(name))}


def _module(name: str) -> tuple[str, ...]:
    """The parts of the module that holds this name; none where it is not ours."""
    parts = tuple(name.split("."))
    while parts:
        place = PROJECT.joinpath(*parts)
        if (place / "__init__.py").is_file() or place.with_name(f"{place.name}.py").is_file():
            break
        parts = parts[:-1]
    return parts


def room(parts: tuple[str, ...]) -> str:
    """The room of a module, such as "store": the first folder or file inside kd or ui."""
    return parts[1] if len(parts) > 1 else "__init__"


def rooms(part: str) -> dict[str, set[str]]:
    """The rooms of kd or ui → the rooms that each imports. Entry points are in no room."""
    graph: dict[str, set[str]] = {}
    for path in sources(part):
        if path.stem != "__main__":
            own = room(path.with_suffix("").parts)
            graph.setdefault(own, set()).update(room(m) for m in imports(path) if m[0] == part)
    return {own: below - {own} for own, below in graph.items()}


def floors(part: str) -> list[list[str]]:
    """The rooms of kd or ui in floors, from the bottom: each imports from lower ones only."""
    sorter, found = TopologicalSorter(rooms(part)), []
    sorter.prepare()
    while sorter.is_active():
        found.append(sorted(sorter.get_ready()))
        sorter.done(*found[-1])
    return found


@pytest.mark.parametrize("part", ["kd", "ui"])
def test_no_rooms_import_each_other_in_a_circle(part):
    try:
        floors(part)
    except CycleError as error:
        pytest.fail(f"a circle in {part}: {' → '.join(reversed(error.args[1]))}")


def test_the_backend_knows_nothing_of_the_pages():
    for path in sources("kd", "ui", "pages", "app.py"):
        part = path.with_suffix("").parts[0]
        assert {module[0] for module in imports(path)} <= BELOW[part], path


def test_words_and_files_are_at_the_bottom():
    assert rooms("kd")["text"] == set()
    assert rooms("kd")["base"] == {"text"}


def test_no_page_reaches_into_the_room_of_another():
    for own, below in rooms("ui").items():
        assert below <= SHARED_BY_PAGES, f"ui/{own} imports {below - SHARED_BY_PAGES}"
