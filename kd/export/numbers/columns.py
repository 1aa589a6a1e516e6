"""The columns of the table of numbers: what each describes, its unit and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kd.config import FIELD_TYPES, FIELDS
from kd.text.translation import N_, _

if TYPE_CHECKING:
    import pandas as pd

RUN, MODEL = N_("run"), N_("model")
FRACTION, IMAGES, SECONDS = N_("fraction"), N_("images"), N_("seconds")


class Column(NamedTuple):
    """A column, in English: whether its value belongs to the run or to one of its models, and what it is."""

    describes: str
    kind: str
    unit: str
    meaning: str


_KINDS = {
    bool: N_("true or false"),
    float: N_("number"),
    int: N_("whole number"),
    str: N_("text"),
}
_NUMBER, _WHOLE, _TEXT = _KINDS[float], _KINDS[int], _KINDS[str]

BEFORE = {
    "study": Column(RUN, _TEXT, "", N_("The study that the run is part of here.")),
    "run": Column(
        RUN, _TEXT, "", N_("The run's id: the same for whoever asks for the same setting and seed.")
    ),
    "created": Column(RUN, N_("time"), N_("UTC"), N_("When the run was asked for.")),
    "shipped": Column(RUN, _KINDS[bool], "", N_("Whether the run came with KD Lab.")),
}
MEASURED = {
    "model": Column(MODEL, _TEXT, "", N_("Which of the run's three models the row is about.")),
    "model_id": Column(
        MODEL,
        _TEXT,
        "",
        N_(
            "The model's own id. Runs that need the same model share it: such rows repeat one measurement, "
            "and are not independent of each other."
        ),
    ),
    "accuracy": Column(MODEL, _NUMBER, FRACTION, N_("Of the 10,000 test images, how many it gets right.")),
    "agreement": Column(
        MODEL,
        _NUMBER,
        FRACTION,
        N_("Of the 10,000 test images, to how many it gives the teacher's answer; empty for the teacher."),
    ),
    "parameters": Column(MODEL, _WHOLE, "", N_("How many numbers it has learned.")),
    "bytes": Column(MODEL, _WHOLE, N_("bytes"), N_("The size of its .keras file.")),
    "seconds": Column(MODEL, _NUMBER, SECONDS, N_("How long it trained, on the machine that trained it.")),
    "milliseconds": Column(
        MODEL, _NUMBER, N_("milliseconds"), N_("How long it takes for one picture, on that machine.")
    ),
}
COMPARED = {
    "difference": Column(
        RUN, _NUMBER, FRACTION, N_("The distilled student's accuracy less the scratch student's.")
    ),
    "low": Column(RUN, _NUMBER, FRACTION, N_("The lower end of its 95 % interval (Newcombe's).")),
    "high": Column(RUN, _NUMBER, FRACTION, N_("The upper end of its 95 % interval (Newcombe's).")),
    "p_value": Column(RUN, _NUMBER, "", N_("Of McNemar's exact test that both are right equally often.")),
    "verdict": Column(
        RUN,
        _TEXT,
        "",
        N_(
            "What this seed alone shows: “ahead” or “behind” (the distilled student), “not shown”, or "
            "“no teacher” where both students learn the same."
        ),
    ),
    "only_distilled": Column(
        RUN, _WHOLE, IMAGES, N_("Test images that the distilled student gets right and the other does not.")
    ),
    "only_scratch": Column(
        RUN, _WHOLE, IMAGES, N_("Test images that the scratch student gets right and the other does not.")
    ),
}


def _of_field(name: str) -> Column:
    spec = FIELDS[name]
    return Column(RUN, _KINDS[FIELD_TYPES[name]], spec.unit, spec.help)


COLUMNS: dict[str, Column] = {
    **BEFORE,
    **{name: _of_field(name) for name in FIELDS},
    **MEASURED,
    **COMPARED,
}
_LABEL = Column(RUN, _TEXT, "", N_("Tells the runs of an experiment apart."))


def dictionary(table: pd.DataFrame) -> pd.DataFrame:
    """The dictionary of a table's columns, in the reader's language, one row for each.

    Returns:
        Columns column, describes (run: the same in its three rows; or model), type, unit and meaning.
    """
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
    return pd.DataFrame(rows, columns=["column", "describes", "type", "unit", "meaning"])
