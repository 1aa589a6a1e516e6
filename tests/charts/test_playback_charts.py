"""Charts of training played back: the current point, in words and in rows."""

import numpy as np
import pandas as pd
import pytest

from kd.analysis.playback import picture_path
from kd.charts import playback_charts

TIMES = [20 / 313, 39 / 313, 78 / 313, 156 / 313, 1.0, 2.0]
POINTS = ("1/16", "1/8", "1/4", "1/2", "1", "2")


@pytest.fixture
def table():
    return pd.DataFrame(
        [
            {"model": model, "time": time, "accuracy": 0.5 + time / 5, "agreement": 0.45 + time / 5}
            for model in ("distilled", "scratch")
            for time in TIMES
        ]
    )


def test_points_are_named_in_everyday_words():
    assert tuple(map(playback_charts.point_label, TIMES)) == POINTS
    names = [playback_charts.point_name(time) for time in TIMES]
    assert names[1] == "after 1/8 of the first epoch"
    assert names[4:] == ["after epoch 1", "after epoch 2"]


def test_exactly_the_chosen_time_is_marked(table):
    rows = playback_charts.playback_rows(table, TIMES[2])
    here = rows[rows["here"]]
    assert here["role"].tolist() == ["distilled", "scratch"]
    assert set(here["point"]) == {"1/4"}
    assert here["accuracy"].to_numpy() == pytest.approx(0.5 + TIMES[2] / 5)


def test_the_axis_begins_at_a_round_number_below_all_values():
    assert playback_charts.axis_start(pd.Series([0.93, 0.97])) == 0.9
    assert playback_charts.axis_start(pd.Series([0.1, 0.97])) == 0.0


def test_a_reading_is_the_softmax_over_time():
    logits = np.zeros((6, 1, 10))
    logits[:, 0, 4] = np.log(9 * np.arange(1, 7))
    path = picture_path({"distilled": np.array(TIMES)}, {"distilled": logits}, 0)
    rows = playback_charts.reading_rows(path, TIMES[5])
    four = rows[rows["digit"] == "4"]
    expected = [9 * k / (9 * k + 9) for k in range(1, 7)]
    assert four["probability"].to_numpy() == pytest.approx(expected)
    assert four["here"].tolist() == [False] * 5 + [True]
    assert four["point"].tolist() == list(POINTS)


def test_another_time_changes_only_the_rows(table):
    def specifications(time):
        rows = playback_charts.playback_rows(table, time)
        path = picture_path({"scratch": np.array(TIMES)}, {"scratch": np.ones((6, 1, 10))}, 0)
        reading = playback_charts.reading_rows(path, time)
        for chart in (
            *(playback_charts.playback_chart(rows, m, POINTS, 0.4) for m in playback_charts.MEASURES),
            playback_charts.reading_chart(reading, "Scratch", POINTS),
        ):
            spec = chart.to_dict(validate=True)
            assert spec["title"]["text"]
            del spec["datasets"], spec["data"]
            yield spec

    assert list(specifications(TIMES[0])) == list(specifications(TIMES[5]))
