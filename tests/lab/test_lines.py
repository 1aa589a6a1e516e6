"""Runs that differ in their seed alone are one line, with the mean of what they say."""

import json

import numpy as np
import pytest

from kd.config import RunConfig
from kd.lab.comparison import lines
from tests.stored_runs import save, save_copy, save_ended

SHIPPED = RunConfig().run_id


def test_runs_that_differ_in_seed_alone_are_one_line(lab):
    save(lab.store)
    lab.runs.annotate(save_copy(lab.store, SHIPPED, RunConfig(seed=5)), name="a copy")
    save_ended(lab.store, RunConfig(seed=6), "queued")
    save_ended(lab.store, RunConfig(seed=7), "failed")
    result = json.loads(json.dumps(lab.store.runs.record(SHIPPED)["result"]))
    result["comparison"] |= {"difference": 0.02}
    newest = save_copy(lab.store, SHIPPED, RunConfig(seed=8), result=result, created=9e9)
    lab.runs.annotate(newest, tags=["x"])
    entries = lab.runs.views()
    folded = lines(entries)
    assert sorted(entry.run_id for line in folded for entry in line.entries) == sorted(
        entry.run_id for entry in entries
    )
    of_default = next(line for line in folded if len(line.entries) > 1 and line.first.config.seed == 8)
    assert {entry.config.seed for entry in of_default.entries} == {0, 5, 8, 1}
    assert (of_default.name, of_default.tags) == ("a copy", ("x",))
    apart = lines(entries, fold=False)
    assert [line.entries for line in apart] == [(entry,) for entry in entries]
    by_run = {line.first.run_id: line for line in apart}
    figures = next(entry for entry in entries if entry.run_id == newest).figures
    assert by_run[newest].difference == pytest.approx(2.0)
    assert by_run[newest].low == pytest.approx(100 * figures.low)
    assert np.isnan(by_run[RunConfig(seed=7).run_id].difference)
    assert lines(()) == []


def test_a_field_without_effect_keeps_no_runs_apart(lab):
    for seed, weight in ((1, 500.0), (2, 900.0)):
        save(lab.store, RunConfig(seed=seed, train_size=300, attention_weight=weight))
    together = [line for line in lines(lab.runs.views()) if line.first.config.train_size == 300]
    assert [len(line.entries) for line in together] == [2]
