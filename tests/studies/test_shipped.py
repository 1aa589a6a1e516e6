"""The study that comes with the project: what it says near a setting, and that its file is whole."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from data import make_default_study
from kd.config import RunConfig
from kd.studies import shipped
from kd.studies.shipped import AXES, FILE, near, shipped_study
from tests import PROJECT


def test_it_has_every_cell_with_five_seeds_and_is_small():
    runs = shipped_study()
    expected = itertools.product(
        make_default_study.EPOCHS.items(), *make_default_study.AXES.values(), range(5)
    )
    columns = ["train_size", "epochs", *make_default_study.AXES, "seed"]
    found = set(runs[columns].itertuples(index=False, name=None))
    assert found == {(*images, *rest) for images, *rest in expected}
    assert len(runs) == len(found)
    assert FILE.stat().st_size < 300_000


def test_its_numbers_are_those_of_the_run_that_comes_with_the_project(tmp_path):
    """Trained by another call, perhaps on another machine: some pictures of 10,000 may differ."""
    default, runs = RunConfig(), shipped_study()
    row = runs[np.logical_and.reduce([runs[name] == getattr(default, name) for name in (*AXES, "seed")])]
    result = make_default_study.Lab(tmp_path).watch(default.run_id).result
    for model in ("teacher", "distilled", "scratch"):
        assert row[f"{model}_accuracy"].item() == pytest.approx(result[model]["test_accuracy"], abs=0.01)


def test_near_a_setting_it_has_a_verdict_for_each_value_of_a_field():
    found = near(RunConfig(train_size=480, epochs=42, alpha=0.2, seed=3), "temperature")
    assert found["temperature"].tolist() == [1, 2, 4, 10, 20, 50]
    assert found.attrs["cell"] == {"train_size": 500, "alpha": 0.1, "temperature_squared": True}
    assert (found["seeds"] == 5).all()
    runs = shipped_study().query(
        "train_size == 500 and alpha == 0.1 and temperature_squared and temperature == 10"
    )
    gains = 100 * (runs["distilled_accuracy"] - runs["scratch_accuracy"])
    assert found.loc[found["temperature"] == 10, "difference"].item() == pytest.approx(gains.mean())


def test_what_is_near_is_measured_in_factors_for_images_and_temperature():
    assert near(RunConfig(temperature=6.5), "alpha").attrs["cell"]["temperature"] == 10
    assert near(RunConfig(train_size=1_500, epochs=20), "alpha").attrs["cell"]["train_size"] == 2_000


def test_it_says_nothing_of_other_students_and_of_other_fields():
    assert near(RunConfig(student="dense"), "temperature") is None
    assert near(RunConfig(), "label_noise") is None
    assert near(RunConfig(epochs=3), "temperature") is None
    assert (
        near(RunConfig(student_units=8), "temperature") is not None
    )  # which a convolutional student has not


def test_a_damaged_file_gets_one_sentence(tmp_path, monkeypatch):
    damaged = tmp_path / "default.csv"
    damaged.write_text("alpha,temperature\n1,2\n", encoding="utf-8")
    monkeypatch.setattr(shipped, "FILE", damaged)
    with pytest.raises(ValueError, match="cannot be read"):
        shipped_study.__wrapped__()


def test_its_command_writes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_default_study, "FILE", tmp_path / "studies" / "default.csv")
    monkeypatch.setattr(make_default_study, "EPOCHS", {100: 1})
    monkeypatch.setattr(make_default_study, "AXES", {"alpha": (0.1,), "temperature_squared": (True,)})
    monkeypatch.setattr(make_default_study, "SEEDS", 2)
    monkeypatch.setenv("KD_WORKERS", "1")
    assert make_default_study.main(["--home", str(tmp_path / "home")]) == 0
    assert str(tmp_path) in capsys.readouterr().out
    head, *rows = (tmp_path / "studies" / "default.csv").read_text(encoding="utf-8").splitlines()
    assert head.startswith("train_size,epochs,alpha,temperature_squared,seed,")
    assert [row.split(",")[:5] for row in rows] == [["100", "1", "0.1", "True", seed] for seed in "01"]
    assert (PROJECT / "data" / "README.md").read_text(encoding="utf-8").count("make_default_study.py")
