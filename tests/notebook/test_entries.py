"""The notebook lists what `Lab.runs` does, from what the index keeps of each result."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from kd.config import RunConfig
from kd.lab import Lab
from kd.notebook import entries
from kd.notebook.folding import lines
from kd.runs.state import RunView
from kd.studies.gains import gains
from kd.studies.verdicts import verdicts
from tests.stored_runs import record, save, save_copy

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
        lab.store.runs.claim(config.run_id, config, person="ada")
        lab.store.index.set_status(config.run_id, status)
    return copied


def test_it_lists_what_the_list_of_runs_does_now_and_when_it_is_opened_again(lab):
    fill(lab)
    assert list(map(of_entry, lab.runs.views())) == in_short(lab)
    with Lab(lab.store.home) as again:
        read = []
        again.store.record = read.append  # what it says comes from the index
        assert [of_entry(entry)[8:] for entry in again.runs.views()] == [row[8:] for row in in_short(lab)]
        assert read == []


def test_it_is_the_same_tuple_until_something_changes(lab):
    copied = fill(lab)
    lab.store.index.set_status(RunConfig(seed=6).run_id, "stopped")
    before = lab.runs.views()
    assert lab.runs.views() is before
    lab.runs.pin(copied)
    after = lab.runs.views()
    assert [entry.run_id for entry in after if entry not in before] == [copied]
    lab.runs.delete(copied)
    assert copied not in {entry.run_id for entry in lab.runs.views()}
    assert lab.runs.restore(copied) == []
    assert copied in {entry.run_id for entry in lab.runs.views()}


def test_another_result_of_a_run_and_a_damaged_one_are_noticed(lab, monkeypatch):
    copied = fill(lab)
    path = lab.store.home / "runs" / copied / "record.json"
    lab.runs.views()
    lab.store.runs.remove(copied)
    better = json.loads(json.dumps(lab.store.runs.record(SHIPPED)["result"]))
    better["distilled"]["test_accuracy"] = 0.99
    save_copy(lab.store, SHIPPED, RunConfig(seed=5), result=better)
    assert next(e for e in lab.runs.views() if e.run_id == copied).figures.distilled == 0.99
    path.write_text("{")
    monkeypatch.setattr(entries, "SECONDS_IT_HOLDS", 0)  # by itself it is noticed within a minute
    damaged = next(entry for entry in lab.runs.views() if entry.run_id == copied)
    assert (damaged.status, damaged.figures) == ("failed", None)
    assert "damaged" in damaged.view.message


def test_no_file_is_looked_at_again_until_something_is_done_to_a_run_by_anybody(lab, monkeypatch):
    copied = fill(lab)
    lab.store.index.set_status(RunConfig(seed=6).run_id, "stopped")
    folder, looked = lab.store.home / "runs" / copied, []
    lab.runs.views()  # which keeps the figures in the index
    before, state = lab.runs.views(), entries.Entries._state
    monkeypatch.setattr(
        entries.Entries, "_state", lambda self, run_id: looked.append(run_id) or state(self, run_id)
    )
    assert lab.runs.views() is before
    assert looked == []
    with Lab(lab.store.home) as another:  # such as another process
        another.runs.annotate(copied, name="the best")
    assert "the best" in {entry.name for entry in lab.runs.views()}
    lab.runs.views()
    looked.clear()
    folder.rename(lab.store.home / "elsewhere")
    lab.runs.views()
    assert copied in looked


def test_one_that_is_active_is_looked_at_each_time(lab):
    queued = RunConfig(seed=6)
    lab.store.runs.claim(queued.run_id, queued)
    first, second = (next(e for e in lab.runs.views() if e.run_id == queued.run_id) for _look in range(2))
    assert first.active
    assert second.view is not first.view


@pytest.mark.parametrize("figures", ["", "[1, 2", "[]", '["a", 1, 2]', "{}", "[" * 50_000])
def test_damaged_figures_are_read_from_the_record_again(lab, figures):
    copied = fill(lab)
    lab.runs.views()
    state = next(row.state for row in lab.store.index.listed() if row.run_id == copied)
    lab.store.index.keep_figures({copied: (state, figures)})
    with Lab(lab.store.home) as again:
        assert list(map(of_entry, again.runs.views())) == in_short(lab)


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
