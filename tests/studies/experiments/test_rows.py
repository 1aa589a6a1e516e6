"""The rows of experiments: those that come with the project, and what is worked out of runs."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from data import make_experiments
from kd.config import RunConfig
from kd.studies.experiments import EXPERIMENTS, rows
from kd.studies.experiments.rows import columns, explored, has_shipped, late_gain, shipped_rows, steps
from kd.studies.measures import measured
from tests.studies.experiments import made_up
from tests.studies.experiments.tiny import EXPERIMENT as TINY


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder for results, and an experiment that can be made."""
    monkeypatch.setitem(EXPERIMENTS._files, "tiny", "tests.studies.experiments.tiny")
    for module in (rows, make_experiments):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    yield tmp_path
    shipped_rows.cache_clear()


def test_there_is_none_without_an_experiment():
    assert {file.stem for file in rows.FOLDER.iterdir()} <= set(EXPERIMENTS)


def test_what_is_made_is_what_is_read(fake_lab, folder):
    assert not has_shipped("tiny")
    make_experiments.made(fake_lab, "tiny", 2)
    assert has_shipped("tiny")
    read, own = shipped_rows("tiny"), fake_lab.experiment("tiny", 2).view().rows
    pd.testing.assert_frame_equal(read[columns(TINY)], own[columns(TINY)], check_dtype=False)
    assert read["gain"].tolist() == pytest.approx(own["gain"].tolist())
    assert read["omitted_right_with:epochs"].isna().all()  # no digit is left out


def test_a_wrong_name_is_refused_before_anything_is_trained(folder):
    with pytest.raises(ValueError, match="There is no experiment 'tinny'"):
        make_experiments.main(["tiny", "tinny", "--home", str(folder / "home")])
    assert list(folder.iterdir()) == []


def test_an_option_that_moves_is_explored_with_the_mean_over_the_runs():
    option, runs = EXPERIMENTS["never_saw_it"].options["bias"], []
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        logits = {"distilled": random.normal(0, 4, (500, 10))}
        config = RunConfig(omitted_digits="3")
        runs.append(SimpleNamespace(config=config, labels=random.integers(0, 10, 500), logits=logits))
    found = explored(option, runs)
    assert [*found] == ["omitted_right_with", "right_with"]
    for name, means in found.items():
        for bias, mean in zip(option.moves, means, strict=True):
            assert mean == pytest.approx(np.mean([measured(f"{name}:{bias}", run) for run in runs]))


def test_what_the_end_of_the_long_training_changes_is_told_with_its_spread_over_the_settings():
    experiment = EXPERIMENTS["wrong_labels"]
    found = made_up.rows(experiment).assign(late_gain=lambda rows: rows["label_noise"] + rows["seed"] - 2)
    assert late_gain(experiment, found) == pytest.approx((0.3, 0.0, 0.6))
    assert all(map(math.isnan, late_gain(experiment, found.query("length == 'short'"))))
    assert steps(experiment, "short") == (640, 640)
    assert steps(EXPERIMENTS["hundred_labels"], "long")[0] < steps(EXPERIMENTS["hundred_labels"], "long")[1]
