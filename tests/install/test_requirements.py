"""What is imported is required, where it is needed and in one place."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests import PROJECT

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
OURS = {"kd", "ui", "pages", "app"}
BESIDES_EXPORTS = [f"kd/{path.name}" for path in (PROJECT / "kd").iterdir() if path.name != "export"]
# Parts of what is required, of Dask's workers and of Streamlit; and what only a notebook has.
WITH_DISTRIBUTED = {"dask", "tornado", "IPython"}
WITH_STREAMLIT = {"pyarrow", "starlette", "uvicorn"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def chain(file: str) -> set[str]:
    """A requirements file and those that it includes."""
    lines = (PROJECT / file).read_text(encoding="utf-8").splitlines()
    included = [line.removeprefix("-r ").strip() for line in lines if line.startswith("-r ")]
    return {file}.union(*map(chain, included))


def required(*files: str) -> list[str]:
    """The packages that these requirements files name."""
    lines = [line for file in files for line in (PROJECT / file).read_text(encoding="utf-8").splitlines()]
    return [normal(found[0]) for line in lines if (found := NAME.match(line))]


def imported(paths: Iterable[Path]) -> set[str]:
    """The packages of others that these files import, in functions too."""
    modules = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                modules.add(node.module)
    return {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - OURS


@pytest.mark.parametrize(
    ("parts", "file", "with_another"),
    [
        (BESIDES_EXPORTS, "requirements-library.txt", WITH_DISTRIBUTED),
        (["kd/export"], "requirements-export.txt", set()),
        (["ui", "pages", "app.py"], "requirements.txt", WITH_STREAMLIT),
    ],
)
def test_whatever_is_imported_is_required(parts, file, with_another):
    paths = [path for part in parts for path in [PROJECT / part, *(PROJECT / part).rglob("*.py")]]
    modules = imported(path for path in paths if path.suffix == ".py")
    assert len(modules) > 5
    providers = packages_distributions()
    for module in modules - with_another:
        assert {normal(name) for name in providers[module]} & set(required(*chain(file))), module


def test_each_package_is_required_in_one_file():
    files = [path.name for path in PROJECT.glob("requirements*.txt")]
    counts = Counter(required(*files))
    assert [name for name, count in counts.items() if count > 1] == []


def test_the_image_and_make_know_every_requirements_file():
    image = (PROJECT / "Dockerfile").read_text(encoding="utf-8").partition("RUN pip")[0]
    (copied,) = re.findall(r"^COPY (requirements.*) \./$", image, flags=re.MULTILINE)
    assert set(copied.split()) == chain("requirements.txt")
    rules = dict(
        re.findall(r"^\$\(VENV\)/(\S+): (.*)$", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    )
    app, tests = set(rules[".installed"].split()), set(rules[".installed-dev"].split())
    assert chain("requirements.txt") <= app
    assert chain("requirements-dev.txt") <= app | tests
