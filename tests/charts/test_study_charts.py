"""The figures of a study: colours that stay, verdicts that are seen without colour, bands along an axis."""

import re

import pandas as pd
import pytest

from kd.charts import study_charts
from kd.charts.parts import DIVERGING, vega_lite
from kd.studies.shipped import shipped_study
from kd.studies.verdicts import course, verdicts
from tests.charts.drawn import svg_of, texts_of
from tests.studies.two_way import interval, points

AXES = ("train_size", "temperature")
VALUES = {"train_size": (100, 500, 10_000), "temperature": (1.0, 10.0)}
STUDY = shipped_study()
RUNS = STUDY[
    (STUDY["alpha"] == 0.1)
    & STUDY["temperature_squared"]
    & STUDY["train_size"].isin(VALUES["train_size"])
    & STUDY["temperature"].isin(VALUES["temperature"])
]
TABLE = verdicts(RUNS, AXES)


def drawn(rows: pd.DataFrame) -> str:
    return svg_of(study_charts.heat_map(rows, **study_charts.heat_map_axes(VALUES)))


def rows_with(differences: list[float], verdict: str = "helps", low: float = 1.0) -> pd.DataFrame:
    table = TABLE.assign(difference=differences, verdict=verdict, low=low, high=9.0)
    return study_charts.heat_map_rows(table, AXES, VALUES)


def colours(rows: pd.DataFrame) -> list[tuple[int, ...]]:
    """The colours of the cells as drawn."""
    (cells,) = re.findall(r'<g class="mark-rect role-mark layer_1_marks".*?</g>', drawn(rows))
    return [tuple(map(int, each)) for each in re.findall(r'fill="rgb\((\d+), (\d+), (\d+)\)"', cells)]


def test_a_cell_says_what_it_shows_in_its_number_and_its_lines():
    rows = study_charts.heat_map_rows(TABLE, AXES, VALUES)
    assert rows["cell"].tolist() == list(range(6))
    assert rows[["across", "up"]].values.tolist()[1] == ["100", "10"]
    by_cell = TABLE.set_index(list(AXES))
    for row in rows.to_dict("records"):
        verdict = by_cell.loc[(int(row["across"].replace(",", "")), float(row["up"]))]
        assert row["difference"] == verdict["difference"]
        assert row["hatched"] == (verdict["verdict"] == "not shown")
        assert float(row["label"].replace("−", "-")) == pytest.approx(verdict["difference"], abs=0.05)
    assert set(rows["hatched"]) == {True, False}
    assert set(rows["label"]) <= texts_of(study_charts.heat_map_chart(TABLE, AXES))


def test_only_a_cell_that_shows_nothing_is_hatched():
    plain, hatched, half = (
        len(re.findall("<line ", drawn(rows_with([5.0] * 6, *values))))
        for values in (("helps",), ("not shown", -1.0), ("not shown", 1.0))
    )
    assert (hatched - plain, half - plain) == (6 * (2 * study_charts.HATCHES - 1), 6 * study_charts.HATCHES)


def test_what_has_no_result_is_empty_or_failed_with_its_reason():
    some = verdicts(RUNS[RUNS["train_size"] == 500], AXES)
    rows = study_charts.heat_map_rows(some, AXES, VALUES, failed={1: "The teacher is gone.", 2: "No memory."})
    assert rows["verdict"].tolist()[:2] == [study_charts.MISSING, study_charts.FAILED]
    assert rows["label"].tolist()[:2] == ["", "✕"]
    # one of several seeds failed: the others count
    assert rows["verdict"][2] in ("helps", "not shown")
    assert rows["label"][2].endswith(" ✕")
    assert "The teacher is gone." not in drawn(rows)


def test_colours_are_centred_on_nothing_and_do_not_depend_on_the_other_cells():
    points = [-30.0, -10.0, 0.0, 2.0, 10.0, 30.0]
    together = colours(rows_with(points))
    assert colours(rows_with([2.0] * 6)) == [together[3]] * 6
    assert together[:2] == [together[0]] * 2
    assert together[4:] == [together[5]] * 2
    ends = [tuple(int(DIVERGING["light"][at][i : i + 2], 16) for i in (1, 3, 5)) for at in (0, 4, 5, -1)]
    assert [together[0], together[-1]] == [ends[0], ends[-1]]
    assert all(min(pair) <= level <= max(pair) for level, *pair in zip(together[2], *ends[1:3], strict=True))


def test_bands_are_students_intervals_of_the_mean_and_one_seed_has_none():
    table = course(RUNS[RUNS["temperature"] == 10], "train_size")
    assert table["train_size"].tolist() == [100, 100, 500, 500, 10_000, 10_000]
    row = table[(table["train_size"] == 500) & (table["role"] == "scratch")].iloc[0]
    sample = points(RUNS[(RUNS["temperature"] == 10) & (RUNS["train_size"] == 500)]["scratch_blocks"]) / 100
    low, high, _p = interval(sample)
    assert row[["mean", "low", "high"]].tolist() == pytest.approx([sample.mean(), low, high])
    assert row["seeds"] == 5
    one_seed = study_charts.slice_rows(RUNS[(RUNS["seed"] == 0) & (RUNS["temperature"] == 10)], "train_size")
    assert one_seed["low"].isna().all()
    assert one_seed["interval"].unique().tolist() == ["– to –"]


@pytest.mark.parametrize(
    ("axis", "values", "kind", "scale"),
    [
        ("alpha", (0.1, 0.5, 0.9), "quantitative", "linear"),
        ("train_size", (100, 10_000), "quantitative", "log"),
        ("temperature_squared", (True, False), "nominal", None),
    ],
)
def test_an_axis_is_logarithmic_where_its_values_are(axis, values, kind, scale):
    runs = pd.concat([RUNS.head(2).assign(**{axis: value}) for value in values], ignore_index=True)
    rows = study_charts.slice_rows(runs, axis)
    spec = vega_lite(
        study_charts.slice_lines(rows, **study_charts.slice_axes(rows, axis, values, gains=False))
    )
    encodings = [layer["encoding"]["x"] for layer in spec["layer"] if "x" in layer["encoding"]]
    assert {each["type"] for each in encodings} == {kind}
    assert {each["scale"].get("type") for each in encodings} == {scale}
    assert ("log scale" in encodings[0]["title"]) is (scale == "log")


def test_a_slice_of_verdicts_is_the_gain_and_one_of_runs_both_students():
    gains = study_charts.slice_rows(TABLE[TABLE["temperature"] == 10], "train_size")
    assert gains["role"].unique().tolist() == ["distilled"]
    assert gains["value"].tolist() == TABLE[TABLE["temperature"] == 10]["difference"].tolist()
    students = study_charts.slice_rows(RUNS[RUNS["temperature"] == 10], "train_size")
    assert students["role"].tolist() == ["distilled", "scratch"] * 3
    texts = texts_of(study_charts.slice_chart(RUNS[RUNS["temperature"] == 10], "train_size"))
    assert any("axis from" in text for text in texts)
    assert "Gain (points)" in texts_of(
        study_charts.slice_chart(TABLE[TABLE["temperature"] == 10], "train_size")
    )
