"""A language in which every sentence is ⟦marked⟧, so that one which cannot be translated stands out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo

from tests import PROJECT

LANGUAGE = "xx"
OPEN, CLOSE = "⟦", "⟧"
MARKS = str.maketrans({".": "·", ",": "’"})
"""What stands in its numbers instead of a point, and of a comma between thousands."""
SOURCES = ("kd", "ui", "pages", "app.py")
"""What docs/translating.md gives to pybabel."""

FUNCTIONS = {"_": 1, "N_": 1, "ngettext": 2, "Unusable": 1, "pgettext": 1, "NC_": 1}
"""The functions that take messages, with how many; and the error that makes a sentence of one."""
IN_CONTEXT = ("pgettext", "NC_")
"""Those of them that take a context before the message."""


@cache
def nodes() -> tuple[tuple[Path, ast.AST], ...]:
    """Of all the sources, calls that take messages, f-strings and what is raised, each with its file."""
    return tuple(
        (file.relative_to(PROJECT), node)
        for path in (PROJECT / source for source in SOURCES)
        for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if takes_messages(node) or isinstance(node, ast.JoinedStr | ast.Raise)
    )


def takes_messages(node: ast.AST) -> bool:
    """Whether this is a call of a function that takes messages."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) in FUNCTIONS


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function that takes messages, with its file."""
    return ((path, node) for path, node in nodes() if takes_messages(node))


def texts_of(call: ast.Call) -> list[ast.expr]:
    """What such a call has as its messages."""
    first = int(call.func.id in IN_CONTEXT)
    return call.args[first : first + FUNCTIONS[call.func.id]]


@cache
def messages() -> frozenset[tuple[str | None, tuple[str, ...]]]:
    """Every message in the code with its context, if it has one: one text, or two where there is a plural."""
    found = set()
    for _, call in calls():
        context = getattr(call.args[0], "value", None) if call.func.id in IN_CONTEXT else None
        texts = tuple(getattr(text, "value", None) for text in texts_of(call))
        if all(isinstance(text, str) for text in texts):
            found.add((context, texts))
    return frozenset(found)


def write_catalogue(folder: Path) -> None:
    """Write the catalogue of the marked language, as another language would be added."""
    marked = Catalog()
    for context, message in messages():
        texts = tuple(map(mark, message))
        many = len(message) > 1
        marked.add(message if many else message[0], texts if many else texts[0], context=context)
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "kd.mo").open("wb") as file:
        write_mo(file, marked)


def mark(message: str) -> str:
    """A message as the marked language has it."""
    numbers = re.sub(r"(?<=\d)[.,](?=\d)", lambda found: found[0].translate(MARKS), message)
    return f"{OPEN}{numbers}{CLOSE}"


def unmarked(text: str) -> str:
    """What stands outside all marks, which may lie within each other: one message can fill another."""
    depth, outside = 0, []
    for part in re.split(f"([{OPEN}{CLOSE}])", text):
        if part == OPEN:
            depth += 1
        elif part == CLOSE:
            depth = max(0, depth - 1)
        elif not depth:
            outside.append(part)
    return " ".join(outside)
