"""The runs of a lab: a list, and a table of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from kd.config import FIELDS
from kd.runs.state import RunView
from kd.text.words import MODELS, STUDENTS

if TYPE_CHECKING:
    import pandas as pd

_OF_A_RUN = ("status", "created", "shipped", "whose", "name", "tags", "note")
_OF_A_MODEL = ("parameters", "bytes", "seconds", "milliseconds")
_OF_THE_COMPARISON = {
    **{name: name for name in ("difference", "low", "high", "p_value", "verdict")},
    "only_distilled": "only_distilled_right",
    "only_scratch": "only_scratch_right",
}


class RunList(list[RunView]):
    """Views of runs, in the order in which `Lab.runs` has them."""

    @overload
    def __getitem__(self, place: SupportsIndex) -> RunView: ...

    @overload
    def __getitem__(self, place: slice) -> RunList: ...

    def __getitem__(self, place: SupportsIndex | slice) -> RunView | RunList:
        if isinstance(place, slice):
            return RunList(super().__getitem__(place))
        return super().__getitem__(place)

    def to_frame(self) -> pd.DataFrame:
        """One row for each run, in this order, with NaN or None where it has no result yet.

        Returns:
            The columns run (its id), status, created (UTC), shipped, whose, name, tags and note; every field
            of RunConfig by its name; then for teacher, distilled and scratch, each before an underscore:
            accuracy (on the test images, in [0, 1]), parameters, bytes (of its file), seconds (of training)
            and milliseconds (a picture takes); distilled_agreement and scratch_agreement (with the teacher,
            in [0, 1]); and of the comparison difference (distilled minus scratch, as a fraction) with low and
            high, its 95 % interval, p_value (McNemar's), verdict (a code), only_distilled and only_scratch
            (how many test images only one of the two gets right).
        """
        import pandas as pd

        frame = pd.DataFrame([_row(view) for view in self], columns=_COLUMNS)
        return frame.assign(created=pd.to_datetime(frame["created"].astype(float), unit="s", utc=True))


def _row(view: RunView) -> dict[str, Any]:
    run = {"run": view.run_id, **{name: getattr(view, name) for name in _OF_A_RUN}}
    return {**run, **view.config.to_dict(), **_results(view.result or {})}


def _results(result: dict[str, Any]) -> dict[str, Any]:
    models = {name: result.get(name, {}) for name in MODELS}
    comparison = dict(result.get("comparison", {}))
    return {
        **{f"{name}_accuracy": models[name].get("test_accuracy") for name in MODELS},
        **{f"{name}_agreement": models[name].get("agreement") for name in STUDENTS},
        **{f"{name}_{part}": models[name].get(part) for part in _OF_A_MODEL for name in MODELS},
        **{column: comparison.get(part) for column, part in _OF_THE_COMPARISON.items()},
    }


_COLUMNS = ["run", *_OF_A_RUN, *FIELDS, *_results({})]
