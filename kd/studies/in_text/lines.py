"""A table as lines of text."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table

WIDTH = 80


def lines_of(table: Table, width: int) -> str:
    """The lines of a table, so many characters wide, without trailing spaces."""
    text = io.StringIO()
    console = Console(file=text, width=width, color_system=None, legacy_windows=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
