"""A study as a figure, in one call: a heat map over two axes, or what holds along one of them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from kd.charts.study.heat_map import heat_map, heat_map_axes, heat_map_rows
from kd.charts.study.slices import slice_axes, slice_lines, slice_rows
from kd.studies.axes import values_in_order


def heat_map_chart(table: pd.DataFrame, axes: Sequence[str], over_scratch: bool = True) -> alt.LayerChart:
    """The verdicts of a study over two axes: a cell's gain in points, hatched if none is shown.

    Args:
        table: of kd.studies.verdicts.verdicts.
        axes: its two columns that make a cell: the first goes across, the second up.
        over_scratch: whether it is the gain over each cell's scratch student, and not over one cell.
    """
    values = {axis: values_in_order(table[axis]) for axis in axes}
    rows = heat_map_rows(table, axes, values)
    return heat_map(rows, **heat_map_axes(values), over_scratch=over_scratch)


def slice_chart(data: pd.DataFrame, axis: str) -> alt.LayerChart:
    """A study along one axis: of a table of verdicts the gain, of runs the accuracy of both students.

    Args:
        data: rows of kd.studies.verdicts.verdicts, or of kd.studies.frame.study_frame.
        axis: the column along which they are.
    """
    rows, values = slice_rows(data, axis), values_in_order(data[axis])
    return slice_lines(rows, **slice_axes(rows, axis, values, gains="verdict" in data.columns))
