"""A language in which every sentence is ⟦marked⟧, so that sentences that cannot be translated stand out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests import PROJECT

LANGUAGE = "xx"
OPEN, CLOSE = "⟦", "⟧"
SOURCES = ("kd", "ui", "pages", "app.py")


@cache
def messages(folder: Path) -> Catalog:
    """Every message in the code, extracted as docs/translating.md says; folder: for the file."""
    file = folder / "kd.pot"
    sources = [str(PROJECT / source) for source in SOURCES]
    CommandLineInterface().run(["pybabel", "--quiet", "extract", "--output-file", str(file), *sources])
    with file.open("rb") as text:
        return read_po(text)


def write_catalogue(folder: Path) -> None:
    """Write the catalogue of the marked language, as another language would be added."""
    marked = Catalog()
    for message in messages(folder):
        if message.id:
            marked.add(
                message.id,
                tuple(map(mark, message.id)) if isinstance(message.id, tuple) else mark(message.id),
            )
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "kd.mo").open("wb") as file:
        write_mo(file, marked)


def mark(message: str) -> str:
    """A message in the marked language."""
    return f"{OPEN}{message}{CLOSE}"


def unmarked(text: str) -> str:
    """The text outside all marks; marks are nested where one message is part of another."""
    depth, outside = 0, []
    for part in re.split(f"([{OPEN}{CLOSE}])", text):
        if part == OPEN:
            depth += 1
        elif part == CLOSE:
            depth = max(0, depth - 1)
        elif not depth:
            outside.append(part)
    return " ".join(outside)
