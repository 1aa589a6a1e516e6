"""What the formats of a table have in common: its file, and the dictionary of its columns beside it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from kd.export.format import Format
from kd.export.numbers.columns import dictionary

if TYPE_CHECKING:
    import pandas as pd


class TableFormat(Format):
    """A format that holds the numbers of any number of runs."""

    of_one_model: ClassVar[bool] = False

    def content(self, table: pd.DataFrame) -> bytes:
        """The table as a file."""
        raise NotImplementedError

    def table_files(self, table: pd.DataFrame, name: str) -> dict[str, bytes]:
        """The table's files by name, the one that is called `name` first."""
        return {name: self.content(table), dictionary_name(name): dictionary_content(table)}


def dictionary_name(name: str) -> str:
    """Of the dictionary beside the table's file that has this name."""
    return f"{PurePath(name).stem}-columns.csv"


def dictionary_content(table: pd.DataFrame) -> bytes:
    """The dictionary of a table as CSV. A byte order mark lets spreadsheets read α and ²."""
    return dictionary(table).to_csv(index=False).encode("utf-8-sig")
