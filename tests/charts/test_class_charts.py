"""The dots of a class: none lies on another, and names that stand at them keep apart."""

from __future__ import annotations

import pytest

from kd.charts.class_charts import gain_rows, gain_ticks
from kd.classes.gains import gains
from tests.classes.test_seeds import repeats


@pytest.mark.parametrize(("letters", "step", "widest"), [(0, 1, 1 / 36), (10, 2, 10 / 52)])
def test_dots_that_are_alike_stand_above_each_other(letters, step, widest):
    found = gains(repeats(*[5.0, 5.1, 5.2, 0.0, -1.0, 5.1, 9.0]))
    rows = gain_rows(found, ["n" * (letters or 30)] * 7, is_named=letters > 0)
    ticks = gain_ticks(found)
    assert ticks[0] <= -1.0 < 9.0 <= ticks[-1]
    assert (rows["up"] % step == 0).all()
    for up, level in rows.groupby("up"):
        apart = level["gain"].sort_values().diff().dropna() / (ticks[-1] - ticks[0])
        assert (apart >= widest - 1e-9).all(), up
    assert rows["up"].iloc[0] == 0


def test_each_row_says_what_is_known_by_then():
    rows = gain_rows(gains(repeats(5.0, 7.0, 6.0)), ["Ana", "Ben", "Cy"])
    assert rows["mean"].tolist() == pytest.approx([5.0, 6.0, 6.0])
    assert rows["interval"].tolist()[0] == "–"
    assert rows["last"].tolist() == [False, False, True]
    assert rows["said"].tolist() == ["+5.00", "+7.00", "+6.00"]
    assert gain_ticks(gains(repeats()))[0] <= 0.0 < gain_ticks(gains(repeats()))[-1]
