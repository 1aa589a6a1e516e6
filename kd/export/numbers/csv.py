"""CSV: the table as text, with all digits of a number, and times in UTC as ISO 8601."""

from __future__ import annotations

import pandas as pd

from kd.export.numbers.table_format import TableFormat


class Csv(TableFormat):
    """For a spreadsheet, R or anything else."""

    name = "csv"
    suffix = ".csv"

    def content(self, table: pd.DataFrame) -> bytes:
        return table.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ").encode()


FORMAT = Csv()
