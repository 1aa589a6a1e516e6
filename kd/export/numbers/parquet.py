"""Parquet: the table with the types of its columns."""

from __future__ import annotations

import io
from typing import ClassVar

import pandas as pd

from kd.export.numbers.table_format import TableFormat


class Parquet(TableFormat):
    """For pandas, Polars, R's arrow, DuckDB or Spark."""

    name = "parquet"
    suffix = ".parquet"
    packages: ClassVar = {"pyarrow": "pyarrow"}

    def content(self, table: pd.DataFrame) -> bytes:
        file = io.BytesIO()
        table.to_parquet(file, engine="pyarrow", index=False)
        return file.getvalue()


FORMAT = Parquet()
