"""The list of runs is quick: it says what each run's view does, and is the same until something changes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from kd.config import RunConfig
from kd.lab import Lab
from kd.notebook.folding import lines
from kd.runs.state import RunView
from kd.studies.gains import gains
from kd.studies.verdicts import verdicts
from tests.stored_runs import record, save, save_copy, save_ended

SHIPPED = RunConfig().run_id


@pytest.fixture
def lab(tmp_path):
    with Lab(tmp_path) as lab:
        yield lab


def in_short(lab: Lab) -> list[tuple]:
    return [
        (
            *(
                view.run_id,
                view.config,
                view.status,
                view.shipped,
                view.name,
                view.tags,
                view.note,
                view.whose,
            ),
            None if view.result is None else view.result["distilled"]["test_accuracy"],
            (view.result or {}).get("comparison", {}).get("verdict"),
        )
        for view in map(lab.runs.view, lab.runs)
    ]


def of_entry(entry: RunView) -> tuple:
    return (
        *(entry.run_id, entry.config, entry.status, entry.shipped),
        *(entry.name, entry.tags, entry.note, entry.whose),
        None if entry.figures is None else entry.figures.distilled,
        entry.verdict,
    )


def fill(lab: Lab) -> str:
    """A run without a comparison, one with one, one that is queued, one that failed; returns the second."""
    save(lab.store)
    copied = save_copy(lab.store, SHIPPED, RunConfig(seed=5))
    lab.runs.annotate(copied, name="a copy")
    for seed, status in ((6, "queued"), (7, "failed")):
        config = RunConfig(seed=seed)
        save_ended(lab.store, config, status, person="ada")
    return copied


def test_it_lists_what_the_list_of_runs_does_now_and_when_it_is_opened_again(lab):
    fill(lab)
    assert list(map(of_entry, lab.runs.views())) == in_short(lab)
    with Lab(lab.store.home) as again:
        read, record = [], again.store.runs.record
        again.store.runs.record = lambda run_id: read.append(run_id) or record(run_id)
        assert [of_entry(entry)[8:] for entry in again.runs.views()] == [row[8:] for row in in_short(lab)]
        assert {*read} <= {*again.store.runs.shipped()}  # no result is read for a list


def test_it_is_the_same_tuple_until_something_changes(lab):
    copied = fill(lab)
    save_ended(lab.store, RunConfig(seed=6), "stopped")
    before = lab.runs.views()
    assert lab.runs.views() is before
    with Lab(lab.store.home) as another:  # such as another process
        another.runs.pin(copied)
    after = lab.runs.views()
    assert [entry.run_id for entry in after if entry not in before] == [copied]
    lab.runs.delete(copied)
    assert copied not in {entry.run_id for entry in lab.runs.views()}
    assert lab.runs.restore(copied) == []
    assert copied in {entry.run_id for entry in lab.runs.views()}


def test_another_result_of_a_run_is_noticed(lab):
    fill(lab)
    lab.runs.views()
    better = json.loads(json.dumps(lab.store.runs.record(SHIPPED)["result"]))
    better["distilled"]["test_accuracy"] = 0.99
    copied = save_copy(lab.store, SHIPPED, RunConfig(seed=5), result=better)
    assert next(view for view in lab.runs.views() if view.run_id == copied).figures.distilled == 0.99


def test_many_gains_at_once_are_those_of_the_verdicts():
    random, runs = np.random.default_rng(3), []
    for setting, seeds in enumerate((1, 2, 7, 10, 5)):
        for seed in random.permutation(seeds):
            only = random.integers(50, 400, 2)
            scratch = 0.8 + only[1] / 1e4
            distilled = scratch + 0.04 if setting == 4 else 0.8 + only[0] / 1e4
            runs.append((setting, seed, distilled, scratch, 0.99))
    columns = ["setting", "seed", "distilled_accuracy", "scratch_accuracy", "teacher_accuracy"]
    table = pd.DataFrame(runs, columns=columns)
    expected = verdicts(table, ["setting"])
    differences = 100 * (table["distilled_accuracy"] - table["scratch_accuracy"]).to_numpy()
    found = gains(table["setting"].to_numpy(), table["seed"].to_numpy(), differences[:, None])
    np.testing.assert_allclose(np.column_stack(found), expected[["difference", "low", "high"]], rtol=1e-9)
    assert np.isnan(found[1]).tolist() == [True, True, False, False, True]
    assert all(len(each) == 0 for each in gains(np.empty(0, int), np.empty(0, int), np.empty((0, 20))))


def test_runs_that_differ_in_seed_alone_are_one_line(lab):
    fill(lab)
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
    assert record(RunConfig())["config"]["train_size"] != 300
