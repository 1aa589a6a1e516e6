"""What single seeds say, counted again from the files of the included studies by hand."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace

import pytest
from scipy import stats

from kd.config import RunConfig
from kd.studies import shipped
from kd.studies.shipped import FILE, OBJECTIVES_FILE
from kd.studies.study import Study
from kd.studies.sure import single_seeds
from kd.studies.sure.single_seeds import (
    SingleSeeds,
    near_cells_note,
    near_note,
    single_seeds_near,
    study_notes,
)
from kd.studies.verdicts import verdicts
from tests.studies.rows import runs


def alone(row: dict[str, str]) -> str:
    """McNemar's exact test of one run."""
    first, second = int(row["only_distilled"]), int(row["only_scratch"])
    if not first + second or stats.binomtest(first, first + second, 0.5).pvalue >= 0.05:
        return "not shown"
    return "helps" if first > second else "hurts"


def together(rows: list[dict[str, str]]) -> str:
    gains = [float(row["distilled_accuracy"]) - float(row["scratch_accuracy"]) for row in rows]
    test = stats.ttest_1samp(gains, 0)
    return "not shown" if test.pvalue >= 0.01 else "helps" if test.statistic > 0 else "hurts"


def counted(file, **cell: object) -> tuple[Counter, str]:
    with file.open(encoding="utf-8") as lines:
        short = [row for row in csv.DictReader(lines) if row.get("length", "short") == "short"]
    rows = [row for row in short if all(row[k] == str(v) for k, v in cell.items())]
    return Counter(map(alone, rows)), together(rows)


@pytest.mark.parametrize(
    ("config", "cell"),
    [
        (RunConfig(train_size=5_000, epochs=4, temperature=20.0), (5_000, 0.1, 20.0, True)),
        (RunConfig(train_size=4_000, epochs=5, temperature=24.0, seed=77), (5_000, 0.1, 20.0, True)),
        (RunConfig(train_size=2_000, epochs=10, alpha=0.8, temperature=4.0, temperature_squared=False),
         (2_000, 0.9, 4.0, False)),
        (RunConfig(train_size=1_000, epochs=20, alpha=0.5, temperature=2.0), (1_000, 0.5, 2.0, True)),
    ],
)  # fmt: skip
def test_near_a_setting_each_seed_is_judged_alone_and_all_together(config, cell):
    names = ("train_size", "alpha", "temperature", "temperature_squared")
    found, single = single_seeds_near(config)
    of_cell = dict(zip(names, cell, strict=True))
    assert {name: found[name] for name in names} == of_cell
    expected, so = counted(FILE, **of_cell)
    assert Counter(single.alone) == expected
    assert single.together == so
    assert single.disagreed == sum(expected.values()) - expected[so]


@pytest.mark.parametrize("objective", ["soft_targets", "virtual_teacher"])
def test_at_the_default_ten_seeds_of_every_objective_are_asked(objective):
    cell, single = single_seeds_near(RunConfig(objective=objective, seed=3))
    assert len(single.alone) == 10
    assert (Counter(single.alone), single.together) == counted(OBJECTIVES_FILE, objective=objective)
    assert cell.get("objective") == (None if objective == "soft_targets" else "Virtual teacher")
    assert ("temperature_squared" in cell) == (objective == "soft_targets")


@pytest.mark.parametrize(
    "changes",
    [
        {"alpha": 1.0},
        {"temperature": 0.4},
        {"train_size": 20_001, "epochs": 1},
        {"epochs": 3},
        {"student": "dense"},
        {"label_noise": 0.2},
        {"objective": "relations", "temperature": 4.0},
        {"objective": "decoupled", "nontarget_weight": 2.0},
    ],
)
def test_it_is_silent_where_nothing_is_near(changes):
    assert single_seeds_near(RunConfig(**changes)) is None


def test_a_study_that_cannot_be_read_is_a_sentence_in_place_of_the_note(monkeypatch, tmp_path):
    monkeypatch.setattr(single_seeds, "nearest", lambda config: shipped.shipped_study.__wrapped__())
    monkeypatch.setattr(shipped, "FILE", tmp_path / "default.csv")
    assert "cannot be read" in near_note(RunConfig())


def test_near_several_settings_each_cell_of_the_included_study_counts_once():
    near = [RunConfig(train_size=2_000, epochs=10, temperature=value) for value in (2.0, 4.0)]
    singles = [single_seeds_near(config)[1] for config in near]
    disagreed, seeds = sum(each.disagreed for each in singles), sum(len(each.alone) for each in singles)
    assert disagreed
    assert near_cells_note([*near, near[0].replace(seed=7), RunConfig(alpha=1.0)]) == (
        f"At the 2 nearest settings of the included study, {disagreed} of {seeds} single seeds said "
        "something else than all seeds of their setting together."
    )
    assert near_cells_note([RunConfig(alpha=1.0)]) == ""


def test_the_notes_of_a_study_speak_of_single_seeds_where_there_is_one_alone():
    table = verdicts(runs([({"temperature": 4.0}, [0.9], [0.8])]), ["temperature"])
    one = Study(RunConfig(), {"temperature": (4.0,)})
    stations, near = study_notes(one, table)
    assert near == near_cells_note([RunConfig(temperature=4.0)]) != ""
    assert "5, 10 and 20 seeds" in stations
    assert study_notes(replace(one, seeds=2), table) == [stations]
    assert study_notes(replace(one, baseline={"temperature": 4.0}), table) == [stations]


def test_disagreement_is_anything_else_than_all_together():
    assert SingleSeeds(("helps", "not shown", "hurts", "helps"), "helps").disagreed == 2
    assert SingleSeeds(("helps", "helps"), "not shown").disagreed == 2
    assert SingleSeeds(("hurts",), "hurts").disagreed == 0
