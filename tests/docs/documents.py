"""The documents, and the blocks of code in them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests import PROJECT

DOCUMENTS = [
    *sorted(PROJECT.glob("*.md")),
    PROJECT / "data" / "README.md",
    *sorted((PROJECT / "docs").glob("*.md")),
    *sorted((PROJECT / "docs" / "pt").glob("*.md")),
]


class Block(NamedTuple):
    """A block of code. line: that of its first line in the document, a Markdown file."""

    document: Path
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}"


@cache
def text(document: Path) -> str:
    """What a document says."""
    return document.read_text(encoding="utf-8")


def blocks(document: Path) -> list[Block]:
    """A document's blocks of code, in order."""
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text(document), flags=re.DOTALL | re.MULTILINE)
    return [
        Block(document, text(document)[: match.start(2)].count("\n") + 1, match[1], match[2])
        for match in found
    ]


def short(value: object) -> str:
    """A parameter's name in a test's."""
    return value.name if isinstance(value, Path) else str(value)
