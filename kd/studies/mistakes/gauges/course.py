"""What the loss says of a mistake: its value, and how far it falls in training."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("loss_at_first", "loss_at_last")


class Course(NamedTuple):
    """The mean loss over the first epoch's steps and over the last one's, averaged over the seeds."""

    first: float
    last: float


def courses(rows: pd.DataFrame, by: str) -> dict[str, Course]:
    """The course of the loss for each value of a column.

    Args:
        rows: of an experiment, with the columns MEASURES.
    """
    return {
        str(value): Course(*(float(group[name].mean()) for name in MEASURES))
        for value, group in rows.groupby(by, sort=False)
    }
