"""What the included studies say near a setting, counted again from their files by hand."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from scipy import stats

from kd.config import RunConfig
from kd.studies.shipped import FILE, LONG, OBJECTIVES_FILE, SHORT, nearest, other_length
from kd.studies.study import Study
from kd.studies.sure import near as near_module
from kd.studies.sure.near import (
    AMONG_MANY,
    NOT_SURE,
    ZERO,
    near_cells_note,
    near_note,
    other_length_note,
    single_seeds_near,
    study_notes,
    why_not_shown,
    why_sentence,
)
from kd.studies.sure.single_seeds import alone_sentence
from kd.studies.verdicts import verdicts
from kd.text.verdicts import covers
from tests.studies.rows import runs, verdict_row


def alone(first: int, second: int) -> str:
    """McNemar's exact test of one run, by the pictures that one student alone gets right."""
    if not first + second or stats.binomtest(first, first + second, 0.5).pvalue >= 0.05:
        return "not shown"
    return "helps" if first > second else "hurts"


def counted(file, **cell: object) -> tuple[Counter, str]:
    """What single seeds of a cell say, and all of them together by the paired t-test."""
    rows = pd.read_csv(file)
    for name, value in {"length": "short", **cell}.items():
        rows = rows[rows[name] == value]
    test = stats.ttest_rel(rows["distilled_accuracy"], rows["scratch_accuracy"])
    together = "not shown" if test.pvalue >= 0.01 else "helps" if test.statistic > 0 else "hurts"
    return Counter(map(alone, rows["only_distilled"], rows["only_scratch"])), together


@pytest.mark.parametrize(
    ("config", "cell", "words"),
    [
        (
            RunConfig(train_size=2_000, epochs=10, alpha=0.8, temperature=4.4, temperature_squared=False),
            {"train_size": 2_000, "alpha": 0.9, "temperature": 4.0, "temperature_squared": False},
            "2,000 images, α 0.9, T 4 without T², 630 steps",
        ),
        (RunConfig(seed=3), {"objective": "soft_targets"}, "500 images, α 0.1, T 10 with T², 640 steps"),
        (
            RunConfig(objective="virtual_teacher"),
            {"objective": "virtual_teacher"},
            "(Virtual teacher, 500 images, α 0.1, T 10, 640 steps)",
        ),
    ],
)
def test_near_a_setting_each_seed_is_judged_alone_and_all_together(config, cell, words):
    found, single = single_seeds_near(config)
    assert {name: getattr(found, name) for name in cell} == cell
    expected, so = counted(OBJECTIVES_FILE if "objective" in cell else FILE, **cell)
    assert Counter(single.alone) == expected
    assert single.together == so
    assert single.disagreed == sum(expected.values()) - expected[so]
    assert words in near_note(config)
    assert near_note(config).endswith(alone_sentence(single))


@pytest.mark.parametrize(
    "changes",
    [
        {"alpha": 1.0},
        {"temperature": 0.4},
        {"epochs": 3},
        {"label_noise": 0.2},
        {"objective": "decoupled", "nontarget_weight": 2.0},
    ],
)
def test_nothing_is_said_where_nothing_is_near(changes):
    config = RunConfig(**changes)
    assert single_seeds_near(config) is None
    assert near_note(config) == near_cells_note([config]) == ""
    assert changes.keys() & {"temperature", "epochs"} or other_length_note(config) == ""


@pytest.mark.parametrize(
    ("verdict", "row", "why", "sentence"),
    [
        ("not shown", {"low": -0.2, "high": 3.1, "p": 0.08}, ZERO, "Zero is in the likely range"),
        ("not shown", {"low": 0.4, "high": 3.1, "p": 0.004}, AMONG_MANY, "Among 42 cells, one may look so"),
        ("not shown", {"low": -3.1, "high": -0.4, "p": 0.0107}, NOT_SURE, "needs p < 0.01; here, p = 0.011."),
        ("not shown", {"low": math.nan, "high": math.nan, "p": 0.0}, "", ""),
        ("helps", {"low": 0.4, "high": 3.1, "p": 0.0001}, "", ""),
    ],
)
def test_why_a_cell_is_hatched(verdict, row, why, sentence):
    row = verdict_row(verdict, judged_seeds=5, **row)
    assert why_not_shown(row) == why
    assert sentence in why_sentence(row, 42)
    assert bool(why_sentence(row, 42)) == bool(why)


def test_near_several_settings_each_cell_of_the_included_study_counts_once():
    near = [RunConfig(train_size=2_000, epochs=10, temperature=value) for value in (2.0, 4.0)]
    singles = [single_seeds_near(config)[1] for config in near]
    disagreed, seeds = sum(each.disagreed for each in singles), sum(len(each.alone) for each in singles)
    assert disagreed
    assert near_cells_note([*near, near[0].replace(seed=7), RunConfig(alpha=1.0)]) == (
        f"At the 2 nearest settings of the included study, {disagreed} of {seeds} single repeats said "
        "something else than all repeats of their setting together."
    )


def test_the_notes_of_a_study_say_what_its_verdicts_rest_on():
    study = Study(RunConfig(), {"temperature": (4.0,)}, 2)

    def notes(*rows):
        return study_notes(study, pd.DataFrame(rows))

    settled = verdict_row(seeds_from=pd.NA)
    few = verdict_row("not judged yet", low=None, p=None, seeds=3, judged_seeds=0, seeds_from=pd.NA)
    assert notes(settled) == [covers(study.base)]
    assert notes(settled, settled, few)[0].startswith("The verdicts hold for all 2 cells together")
    for row in (few, verdict_row(seeds=7, seeds_from=pd.NA)):
        assert "with 5, 10 and 20 repeats only" in notes(row)[0]
    assert "four of five studies" in notes(verdict_row("not shown"))[-1]


def test_the_notes_of_a_study_speak_of_single_seeds_where_there_is_one_alone():
    table = verdicts(runs([({"temperature": 4.0}, [0.9], [0.8])]), ["temperature"])
    one = Study(RunConfig(), {"temperature": (4.0,)})
    stations, near = study_notes(one, table)
    assert near == near_cells_note([RunConfig(temperature=4.0)]) != ""
    for other in (replace(one, seeds=2), replace(one, baseline={"temperature": 4.0})):
        assert study_notes(other, table) == [stations]


@pytest.mark.parametrize(
    ("changes", "length", "words"),
    [
        ({}, LONG, "Trained five times as long, for 3,200 steps: "),
        ({"epochs": 200}, SHORT, "Trained a fifth as long, for 640 steps: "),
        ({"epochs": 60}, LONG, "Trained for 3,200 steps: "),
    ],
)
def test_the_other_length_is_asked_near_the_setting_and_named_by_its_ratio(changes, length, words):
    config = RunConfig(**changes)
    assert other_length(config) == length
    _setting, rows = nearest(config, length)
    gain = 100 * (rows["distilled_accuracy"] - rows["scratch_accuracy"]).mean()
    end = f"about {gain:+.1f} points here ({len(rows)} repeats).".replace("-", "−")
    note = other_length_note(config)
    assert note.startswith(words)
    assert note.endswith(end)


def test_at_the_other_length_nothing_may_be_near_and_no_difference_shown(monkeypatch):
    for changes in ({"temperature": 50.0}, {"alpha": 0.5}, {"pictures": "first"}):
        assert other_length_note(RunConfig(**changes)) == ""
    row = {"verdict": "not shown", "difference": 0.31, "seeds": 5}
    monkeypatch.setattr(near_module, "_at", lambda cell: (None, row))
    assert other_length_note(RunConfig()).endswith("not settled here, about +0.3 points (5 repeats).")
