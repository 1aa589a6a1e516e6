"""The numbers of runs as a table for data analysis: three rows a run, and a dictionary of its columns."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from kd.config import FIELD_TYPES, FIELDS, MODELS
from kd.export.format import Format
from kd.runs.state import RunView, runs_frame
from kd.text.translation import N_, _

if TYPE_CHECKING:
    import pandas as pd


class TableFormat(Format):
    """A format that holds the numbers of any number of runs."""

    def content(self, table: pd.DataFrame) -> bytes:
        """Returns the table as a file."""
        raise NotImplementedError

    def table_files(self, table: pd.DataFrame, name: str) -> dict[str, bytes]:
        """Returns the table's files by name: the one called `name`, and the dictionary of its columns."""
        return {name: self.content(table), dictionary_name(name): dictionary_content(table)}


class Csv(TableFormat):
    """Text for a spreadsheet, R or anything else: all digits of a number, times in UTC as ISO 8601."""

    name = "csv"
    suffix = ".csv"

    def content(self, table: pd.DataFrame) -> bytes:
        return table.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ").encode()


class Parquet(TableFormat):
    """The table with the types of its columns, for pandas, Polars, R's arrow, DuckDB or Spark."""

    name = "parquet"
    suffix = ".parquet"
    packages: ClassVar = {"pyarrow": "pyarrow"}

    def content(self, table: pd.DataFrame) -> bytes:
        file = io.BytesIO()
        table.to_parquet(file, engine="pyarrow", index=False)
        return file.getvalue()


FORMATS: dict[str, TableFormat] = {each.name: each for each in (Csv(), Parquet())}

RUN, MODEL = N_("run"), N_("model")
FRACTION, IMAGES, SECONDS = N_("fraction"), N_("images"), N_("seconds")
_KINDS = {bool: N_("true or false"), float: N_("number"), int: N_("whole number"), str: N_("text")}
_NUMBER, _WHOLE, _TEXT = _KINDS[float], _KINDS[int], _KINDS[str]


class Column(NamedTuple):
    """A column, in English. describes: whether its value belongs to the run or to one of its models."""

    describes: str
    kind: str
    meaning: str
    unit: str = ""


_MEASURED = {
    "accuracy": Column(MODEL, _NUMBER, N_("Of the test images, the share that it gets right."), FRACTION),
    "agreement": Column(
        MODEL,
        _NUMBER,
        N_("Of the test images, the share to which it gives the teacher's answer; empty for the teacher."),
        FRACTION,
    ),
    "parameters": Column(MODEL, _WHOLE, N_("How many numbers it has learned.")),
    "bytes": Column(MODEL, _WHOLE, N_("The size of its .keras file."), N_("bytes")),
    "seconds": Column(MODEL, _NUMBER, N_("How long it trained, on the machine that trained it."), SECONDS),
    "milliseconds": Column(
        MODEL, _NUMBER, N_("How long it takes for one picture, on that machine."), N_("milliseconds")
    ),
}
COLUMNS: dict[str, Column] = {
    "study": Column(RUN, _TEXT, N_("The study that the run is part of here.")),
    "run": Column(RUN, _TEXT, N_("The run's id: the same for whoever asks for the same setting and seed.")),
    "created": Column(RUN, N_("time"), N_("When the run was asked for."), N_("UTC")),
    "shipped": Column(RUN, _KINDS[bool], N_("Whether the run came with KD Lab.")),
    **{name: Column(RUN, _KINDS[FIELD_TYPES[name]], spec.help, spec.unit) for name, spec in FIELDS.items()},
    "model": Column(MODEL, _TEXT, N_("Which of the run's three models the row is about.")),
    "model_id": Column(
        MODEL,
        _TEXT,
        N_(
            "The model's own id. Runs that need the same model share it: such rows repeat one measurement, "
            "and are not independent of each other."
        ),
    ),
    **_MEASURED,
    "difference": Column(
        RUN, _NUMBER, N_("The distilled student's accuracy less the scratch student's."), FRACTION
    ),
    "low": Column(RUN, _NUMBER, N_("The lower end of its 95 % interval (Newcombe's)."), FRACTION),
    "high": Column(RUN, _NUMBER, N_("The upper end of its 95 % interval (Newcombe's)."), FRACTION),
    "p_value": Column(RUN, _NUMBER, N_("Of McNemar's exact test that both are right equally often.")),
    "verdict": Column(
        RUN,
        _TEXT,
        N_(
            "What this seed alone shows: “ahead” or “behind” (the distilled student), “not shown”, or "
            "“no teacher” where both students learn the same."
        ),
    ),
    "only_distilled": Column(
        RUN, _WHOLE, N_("Test images that the distilled student gets right and the other does not."), IMAGES
    ),
    "only_scratch": Column(
        RUN, _WHOLE, N_("Test images that the scratch student gets right and the other does not."), IMAGES
    ),
}
_LABEL = Column(RUN, _TEXT, N_("Tells the runs of an experiment apart."))


def long_form(runs: Iterable[RunView], study_id: str | None = None) -> pd.DataFrame:
    """Returns three rows for each finished run, in order: its teacher, distilled and scratch student.

    Columns are COLUMNS, `study` only if all runs are part of one; those of the run are the same in its three
    rows.
    """
    views = [view for view in runs if view.result is not None]
    wide = runs_frame(views)
    parts = [
        wide.assign(
            model=model,
            model_id=[view.config.model_ids[model] for view in views],
            **{name: wide.get(f"{model}_{name}", float("nan")) for name in _MEASURED},
        )
        for model in MODELS
    ]
    columns = [name for name in COLUMNS if name != "study" or study_id is not None]
    table = _in_order(parts)
    table["created"] = table["created"].dt.as_unit("us")  # some readers of Parquet know no nanoseconds
    return table.assign(study=study_id)[columns]


def accuracies_in_long_form(frame: pd.DataFrame, also: Collection[str] = ()) -> pd.DataFrame:
    """Returns the same of a table with accuracies alone; `also`: columns that tell runs apart."""
    fields = [name for name in frame.columns if name in FIELDS or name in also]
    return _in_order(
        frame[fields].assign(model=model, accuracy=frame[f"{model}_accuracy"].to_numpy()) for model in MODELS
    )


def _in_order(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Returns the rows of several tables in turns: the first of each, the second of each, and so on."""
    import pandas as pd

    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


def dictionary(table: pd.DataFrame) -> pd.DataFrame:
    """Returns a row for each of the table's columns: what it is, in the reader's language."""
    import pandas as pd

    rows = []
    for name in table.columns:
        column = COLUMNS.get(name, _LABEL)
        title = [f"{_(FIELDS[name].label)}."] if name in FIELDS else []
        rows.append(
            {
                "column": name,
                "describes": _(column.describes),
                "type": _(column.kind),
                "unit": _(column.unit) if column.unit else "",
                "meaning": " ".join([*title, _(column.meaning)]),
            }
        )
    return pd.DataFrame(rows)


def dictionary_name(name: str) -> str:
    """Returns the name of the dictionary beside the table's file of this name."""
    return f"{PurePath(name).stem}-columns.csv"


def dictionary_content(table: pd.DataFrame) -> bytes:
    """Returns the dictionary of a table as CSV. A byte order mark lets spreadsheets read α and ²."""
    return dictionary(table).to_csv(index=False).encode("utf-8-sig")
