"""The verdict on what was expected: none before there are seeds enough for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kd.studies.experiments.judging import Expected, Finding, judged, judged_curve
from kd.studies.sure.stations import STATIONS

if TYPE_CHECKING:
    import pandas as pd

NOT_YET = "not judged yet"


def verdict_on(finding: Finding, expected: Expected) -> str:
    """NOT_YET with fewer seeds than a verdict takes; otherwise as `judged` has it."""
    return NOT_YET if finding.seeds < STATIONS[0] else judged(finding, expected)


def verdict_on_curve(
    points: pd.DataFrame, drawn: Mapping[Any, float], tolerance: float
) -> tuple[str, list[dict[str, Any]]]:
    """The same of a curve that was drawn, and its places; arguments as for `judged_curve`."""
    says, places = judged_curve(points, drawn, tolerance)
    return (NOT_YET if points["seeds"].max() < STATIONS[0] else says), places
