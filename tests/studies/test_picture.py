"""Tables and pictures of studies in text: read back, within 80 columns, and the same in ASCII."""

import codecs
import re

import pandas as pd
import pytest

from kd.studies.in_text import picture, table_text
from kd.terminal import streams
from tests.studies.rows import verdict_row


@pytest.fixture(autouse=True, scope="module")
def stand_ins():
    codecs.register_error("kd.stand_in", streams._stand_in)


NOTHING = dict.fromkeys(("low", "high", "p", "p_corrected"), float("nan"))
BY_SIZE = pd.DataFrame(
    [
        verdict_row("hurts", train_size=60_000, difference=-1.0, low=-1.5, high=-0.5),
        verdict_row("helps", train_size=500),
        verdict_row("not shown", train_size=10_000, difference=0.05, low=-0.4, high=0.5),
        verdict_row("not judged yet", train_size=200, difference=float("nan"), **NOTHING),
    ]
)


def cells(rows):
    return pd.DataFrame([verdict_row(verdict, **axes, difference=points) for axes, verdict, points in rows])


def test_intervals_stand_along_a_scale():
    assert picture(BY_SIZE, ["train_size"]).splitlines() == [
        "Accuracy in points above the scratch student's",
        "",
        "train-size",
        "       200      ?              │",
        "       500  +6.50              │                                  ├───●───┤",
        "     10000  +0.05            ├─○──┤",
        "     60000  −1.00     ├──●──┤  │",
        "                   ┴───────────┴───────────┴───────────┴───────────┴───────────┴",
        "                   −2          0          +2          +4          +6          +8",
        "● shown   ○ not shown",
    ]


def test_a_very_long_interval_is_cut_so_that_others_are_seen():
    wide = verdict_row("not shown", train_size=10, difference=1.0, low=-60.0, high=62.0)
    table = pd.concat([BY_SIZE, pd.DataFrame([wide])])
    lines = picture(table, ["train_size"]).splitlines()
    assert re.search(r"<─+┼─+○─+>$", next(line for line in lines if line.split()[:1] == ["10"]))
    assert "< > goes on" in lines[-1]


def test_words_are_in_the_order_as_given_and_a_single_cell_is_a_picture_too():
    named = BY_SIZE.assign(objective=["relations", "attention", "decoupled", "soft_targets"])
    lines = picture(named, ["objective"]).splitlines()
    assert [line.split()[0] for line in lines[3:7]] == named["objective"].tolist()
    assert "+6.50" in picture(BY_SIZE[1:2], ["train_size"]).splitlines()[2]
    assert "●" in picture(BY_SIZE[1:2].drop(columns="train_size"), [])


GRID = cells(
    [
        ({"alpha": 0.5, "temperature": 4.0}, "helps", 7.6),
        ({"alpha": 0.5, "temperature": 1.0}, "not shown", 0.9),
        ({"alpha": 0.1, "temperature": 4.0}, "helps", 3.9),
        ({"alpha": 0.1, "temperature": 1.0}, "hurts", -1.4),
    ]
)


def test_a_heat_map_has_shades_signs_and_a_legend():
    assert picture(GRID, ["alpha", "temperature"]).splitlines() == [
        "Accuracy in points above the scratch student's",
        "",
        "       temperature",
        "alpha        1        4",
        "  0.1  ░░ −1.4  ▒▒ +3.9",
        "  0.5     +0.9  ██ +7.6",
        "",
        "░░ up to 2   ▒▒ up to 4   ▓▓ up to 6   ██ up to 8 points",
        "+ helps   − hurts   unshaded: not shown",
    ]


def test_a_heat_map_over_a_cell_marks_it():
    table = GRID.copy()
    table.loc[3, ["verdict", "difference"]] = ["baseline", 0.0]
    table.loc[1, ["verdict", "difference"]] = ["not judged yet", 0.9]
    lines = picture(table, ["alpha", "temperature"]).splitlines()
    assert lines[0] == "Accuracy in points above the baseline's"
    assert lines[4].split()[:2] == ["0.1", "="]
    assert lines[5].split()[:3] == ["0.5", "?", "+0.9"]
    assert lines[-1] == "+ better   ? too few repeats   = the baseline"
    with_a_blank = picture(GRID[:3], ["alpha", "temperature"]).splitlines()
    assert with_a_blank[4] == "  0.1           ▒▒ +3.9"


def test_a_third_axis_has_a_map_for_each_value_and_one_that_does_not_vary_none():
    table = pd.concat([GRID.assign(objective=name, seeds=3) for name in ("relations", "attention")])
    lines = picture(table.assign(epochs=40), ["objective", "epochs", "alpha", "temperature"]).splitlines()
    assert [line for line in lines if line.startswith("objective")] == [
        "objective relations",
        "objective attention",
    ]
    assert sum("█" in line for line in lines) == 3  # in each map, and in the one legend
    assert not any("epochs" in line for line in lines)


def test_a_wide_map_goes_on_below():
    table = cells([({"alpha": 0.1, "temperature": t}, "helps", t) for t in range(1, 31)])
    table = pd.concat([table, table.assign(alpha=0.5)])
    lines = picture(table, ["alpha", "temperature"]).splitlines()
    heads = [line.split()[1:] for line in lines if line.startswith("alpha")]
    assert len(heads) > 2
    assert [int(value) for head in heads for value in head] == list(range(1, 31))
    assert max(map(len, lines)) <= 80


LONG = "a_name_of_which_nobody_knows_how_long"


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize(
    ("table", "axes"),
    [
        (BY_SIZE, ["train_size"]),
        (BY_SIZE[1:2], []),
        (BY_SIZE.assign(objective=[LONG, "attention", "", "x" * 30]), ["objective"]),
        (BY_SIZE.assign(**{LONG: [True, False, True, False]}), ["train_size", LONG]),
        (
            GRID.assign(**{LONG: 0.1, "difference": [-99.99, 100.0, 0.0, -0.004]}),
            ["alpha", "temperature", LONG],
        ),
    ],
)
def test_pictures_and_tables_fit_whatever_they_show_and_are_as_wide_in_ascii(table, axes, width):
    shown, table = picture(table, axes, width), table.assign(seeds_from=pd.NA)
    assert max(map(len, shown.splitlines())) <= width
    assert not any(line != line.rstrip() for line in shown.splitlines())
    assert max(map(len, table_text(table, axes, width).splitlines())) <= width
    for text in (shown, table_text(table, axes, 400)):
        plain = text.encode("ascii", "kd.stand_in").decode("ascii")
        assert [len(line) for line in plain.splitlines()] == [len(line) for line in text.splitlines()]
        assert plain.count("?") == text.count("?")


def test_the_table_has_a_row_for_each_cell():
    table = pd.concat([BY_SIZE.assign(temperature=4.0), BY_SIZE.assign(temperature=0.5)])
    table["seeds_from"] = pd.array([pd.NA, pd.NA, 20, pd.NA] * 2, dtype="Int64")
    text = table_text(table, ["train_size", "temperature"])
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    said = [" ".join(line.split()) for line in lines]
    heads = "train- size temperature repeats (seeds) Distilled Scratch points ± verdict "
    heads += "repeats to show 0.2 points"
    assert sorted(" ".join(said[:4]).split()) == sorted(heads.split())
    assert said[5:8] == [
        "60000 4 5 90.10 % 83.60 % −1.00 0.50 hurts",
        "500 4 5 90.10 % 83.60 % +6.50 0.60 helps",
        "10000 4 5 90.10 % 83.60 % +0.05 0.45 not shown 20–80",
    ]
    assert said[-1] == "200 0.5 5 90.10 % 83.60 % too few repeats"
    for start in ("hurts", "helps", "too few"):  # one column
        assert len({line.index(start) for line in lines[5:] if start in line}) == 1
    # values stand there as they are
    text = table_text(BY_SIZE.assign(objective=["[red]", "a_b", "", "x" * 200]), ["objective"])
    assert "[red]" in text
    assert text.count("x") >= 200
