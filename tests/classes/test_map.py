"""The map that a class paints: which run a cell trains, and what is said of the cells, against NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kd.classes.cells import cell_words, few_note, fixed_words, included, own_sentence, painted, sentence
from kd.classes.map import Map
from kd.config import RunConfig
from kd.store.classes import LANDED, Answer
from kd.studies.shipped import shipped_study
from tests.classes.test_seeds import repeats

CELL = {"alpha": 0.1, "temperature": 4.0}


def trained(asked: Map, *numbers: int) -> list[Answer]:
    """Answers that have trained repeats of these numbers."""
    runs = [asked.cell_config(CELL, number).run_id for number in numbers]
    return [Answer(at, 0, 0, "ann", "0.1,4", run, LANDED, "0.1,4") for at, run in enumerate(runs)]


def of_cells(**points: tuple[float, ...]) -> pd.DataFrame:
    """Repeats of cells at α = 0.1; points: T, as in t4, → the gains of its repeats."""
    frames = [
        repeats(*gains).assign(alpha=0.1, temperature=float(name.removeprefix("t")))
        for name, gains in points.items()
    ]
    return pd.concat(frames, ignore_index=True)


def test_who_takes_a_cell_trains_its_first_repeat_that_nobody_has():
    asked = Map(setting=RunConfig(seed=5))
    seeds = [asked.config("0.1,4", 9, trained(asked, *taken)).seed for taken in ((), (0,), (0, 1), (1, 2))]
    assert seeds == [5, 6, 7, 5]
    other = [each for each in asked.cells if each != "0.1,4"]
    assert asked.config(other[0], 9, trained(asked, 0)).seed == 5


def test_where_images_vary_all_cells_see_as_many_pictures_as_in_the_included_study():
    asked, runs = Map("train_size-temperature"), shipped_study()
    for cell in asked.cells.values():
        config = asked.cell_config(cell, 0)
        found = runs[(runs["train_size"] == config.train_size) & (runs["temperature"] == config.temperature)]
        assert set(found["epochs"]) == {config.epochs}


def test_a_map_of_what_makes_no_difference_is_refused():
    with pytest.raises(ValueError, match="no effect"):
        Map.of({"objective": "logit_matching"})


def test_each_painted_cell_has_the_mean_of_its_repeats_and_no_verdict_before_there_are_enough():
    points = {"t4": (6.0, 5.0, 6.4, 5.5, 6.1), "t10": (9.0,), "t1": (-1.0, -2.0)}
    table = painted(of_cells(**points), Map())
    assert table["difference"].tolist() == pytest.approx([np.mean(gains) for gains in points.values()])
    assert table["seeds"].tolist() == [5, 1, 2]
    assert table["verdict"].tolist() == ["helps", "not judged yet", "not judged yet"]
    assert few_note(table) == "?: too few repeats for a verdict, which takes 5."
    assert few_note(table.head(1)) == ""


def test_the_sentence_names_the_largest_gain_and_the_included_one_beside_it():
    asked = Map()
    assert sentence(asked, painted(of_cells(t4=()), asked)) == "0 of 24 cells painted."
    table = painted(of_cells(t4=(6.0, 5.0), t10=(9.0,)), asked)
    ours = "2 of 24 cells painted. Best so far: +9.0 points at α 0.1, T 10 (1 repeat)."
    assert sentence(asked, table) == ours
    beside = included(asked)
    runs = shipped_study()
    runs = runs[(runs["train_size"] == 500) & runs["temperature_squared"]]
    means = (
        (runs["distilled_accuracy"] - runs["scratch_accuracy"])
        .groupby([runs["alpha"], runs["temperature"]])
        .mean()
    )
    alpha, temperature = means.idxmax()
    there = f"{100 * means.max():+.1f} at α {alpha:g}, T {temperature:g}."
    assert sentence(asked, table, beside).endswith(f"; in the included study {there}")
    assert len(beside.table) == 24


def test_the_included_study_stands_beside_settings_that_it_knows():
    assert included(Map(setting=RunConfig(student="dense"))) is None
    assert included(Map(setting=RunConfig(train_size=4_000, epochs=5))).fixed["train_size"] == 5_000
    of_images = included(Map("train_size-temperature", RunConfig(alpha=0.8)))
    assert (of_images.fixed, len(of_images.table)) == ({"alpha": 0.9, "temperature_squared": True}, 30)
    assert fixed_words(Map("train_size-temperature", RunConfig(alpha=0.8)), {}) == "α 0.8"
    assert fixed_words(Map(), {"train_size": 1_000, "temperature_squared": True}) == "1,000 images"


def test_one_hears_what_ones_own_student_gained_and_which_place_its_cell_has():
    table = painted(of_cells(t4=(6.0, 5.0), t10=(9.0,)), Map())
    assert own_sentence(CELL, 5.0, table) == (
        "α 0.1, T 4: Your student gained 5.0 percentage points. This cell is 2nd of 2."
    )
    assert "lost 1.0" in own_sentence(CELL, -1.0, table)
    assert "as well" in own_sentence(CELL, 0.0, table)
    assert cell_words({"train_size": 1000, "temperature": 4.0}) == "1,000 images, T 4"
