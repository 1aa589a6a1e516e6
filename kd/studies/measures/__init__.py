"""What is measured of a run besides its accuracies: a number each, computed once a run and kept.

A measure is a name, or a name with arguments after colons: "right_of_omitted_with:3.5".
"""

from __future__ import annotations

from kd.studies.measures import accuracies, answers, robustness
from kd.studies.measures.accuracies import FROM_ACCURACIES, with_gains
from kd.studies.measures.measure import Measure, MeasuredRun, Value
from kd.text.words import quoted

__all__ = ["MEASURES", "Measure", "MeasuredRun", "Value", "measure", "measured", "value", "with_gains"]

MEASURES: dict[str, Measure] = {
    **accuracies.MEASURES,
    **answers.OF_COPIES,
    **accuracies.OF_COURSES,
    **answers.MEASURES,
    **robustness.MEASURES,
}


def measure(name: str) -> Measure:
    """A measure by its name, with or without arguments.

    Raises:
        ValueError: when there is none.
    """
    found = MEASURES.get(name.partition(":")[0])
    if found is None:
        raise ValueError(f"There is no measure {quoted(name)}: use {', '.join(MEASURES)}.")
    return found


def measured(name: str, run: MeasuredRun) -> float:
    """What a measure gives of a run.

    Raises:
        ValueError: when there is no such measure, or the run's logits cannot be had.
    """
    _name, *arguments = name.split(":")
    return float(measure(name).of(run, *arguments))


def value(name: str) -> Value:
    """What a column of an experiment's rows is: a measure's, or one that follows from the accuracies.

    Raises:
        ValueError: when it is neither.
    """
    return FROM_ACCURACIES.get(name) or measure(name)
