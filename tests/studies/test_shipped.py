"""The studies that come with the project: what they say near a setting, and that their files are whole."""

import itertools

import numpy as np
import pandas as pd
import pytest

from data import make_default_study
from kd.config import RunConfig
from kd.distillation.objectives import OBJECTIVES
from kd.studies import shipped
from kd.studies.study import Study
from tests.studies.fake_lab import FakeLab


def test_it_has_every_cell_with_five_seeds_and_is_small():
    for length, images, axes in (
        (shipped.SHORT, make_default_study.EPOCHS, make_default_study.AXES),
        (shipped.LONG, make_default_study.LONG_IMAGES, make_default_study.LONG_AXES),
    ):
        sizes = [(size, shipped.TIMES[length] * make_default_study.EPOCHS[size]) for size in images]
        expected = itertools.product(sizes, *axes.values(), range(5))
        runs = shipped.shipped_study(length)
        columns = ["train_size", "epochs", *axes, "seed"]
        found = set(runs[columns].itertuples(index=False, name=None))
        assert found == {(*size, *rest) for size, *rest in expected}
        assert len(runs) == len(found)
    assert shipped.FILE.stat().st_size < 600_000
    steps = [
        RunConfig(train_size=size, epochs=epochs).steps for size, epochs in make_default_study.EPOCHS.items()
    ]
    assert 600 < min(steps) <= max(steps) <= 700


def test_its_numbers_are_those_of_the_other_study_and_of_the_included_run(tmp_path):
    """The run was trained by another call, perhaps on another machine: some of 10,000 pictures may differ."""
    default, runs = RunConfig(), shipped.shipped_study()
    rows = runs[np.logical_and.reduce([runs[name] == getattr(default, name) for name in shipped.AXES])]
    figures = ["teacher_accuracy", "distilled_accuracy", "scratch_accuracy", "only_distilled", "only_scratch"]
    usual = shipped.objectives_study().query("objective == 'soft_targets' and seed < 5")
    np.testing.assert_array_equal(usual[figures], rows[figures])
    result = make_default_study.Lab(tmp_path).runs.view(default.run_id).result
    for model in ("teacher", "distilled", "scratch"):
        first = rows.query(f"seed == {default.seed}")[f"{model}_accuracy"].item()
        assert first == pytest.approx(result[model]["test_accuracy"], abs=0.01)


def test_every_objective_is_there_with_ten_seeds_at_the_default_setting():
    for length in shipped.TIMES:
        runs = shipped.objectives_study(length)
        assert set(runs[["objective", "seed"]].itertuples(index=False, name=None)) == set(
            itertools.product(OBJECTIVES, range(10))
        )
        assert len(runs) == 10 * len(OBJECTIVES)


def test_at_the_default_the_study_with_more_seeds_is_asked():
    for config in (RunConfig(), RunConfig(temperature=9.0, seed=4), RunConfig(train_size=480)):
        setting, runs = shipped.nearest(config)
        assert (setting, len(runs)) == (RunConfig(), 10)
    setting, runs = shipped.nearest(RunConfig(temperature=5.0))
    assert (setting, len(runs)) == (RunConfig(temperature=4.0), 5)


def test_near_a_setting_it_has_a_verdict_for_each_value_of_a_field():
    found = shipped.near(RunConfig(train_size=480, epochs=42, alpha=0.2, seed=3), "temperature")
    assert found["temperature"].tolist() == [1, 2, 4, 10, 20, 50]
    assert found.attrs["cell"] == {"train_size": 500, "alpha": 0.1, "temperature_squared": True}
    assert (found["seeds"] == 5).all()
    runs = shipped.shipped_study().query(
        "train_size == 500 and alpha == 0.1 and temperature_squared and temperature == 10"
    )
    gains = 100 * (runs["distilled_accuracy"] - runs["scratch_accuracy"])
    assert found.loc[found["temperature"] == 10, "difference"].item() == pytest.approx(gains.mean())


def test_near_means_by_a_factor_of_images_and_temperature_and_says_nothing_of_other_students():
    assert shipped.near(RunConfig(temperature=6.5), "alpha").attrs["cell"]["temperature"] == 10
    assert shipped.near(RunConfig(train_size=1_500, epochs=20), "alpha").attrs["cell"]["train_size"] == 2_000
    for config, field in ((RunConfig(student="dense"), "alpha"), (RunConfig(epochs=3), "alpha")):
        assert shipped.near(config, field) is None
    assert shipped.near(RunConfig(), "label_noise") is None
    assert shipped.near(RunConfig(student_units=8), "alpha") is not None  # a convolutional student has none


def test_a_setting_has_the_length_that_its_steps_are_near_and_is_further_from_the_other():
    lengths = {
        5: (None, shipped.LONG),
        80: (shipped.SHORT, shipped.LONG),
        150: (shipped.LONG, shipped.SHORT),
        2_000: (None, shipped.SHORT),
    }
    for epochs, (own, other) in lengths.items():
        config = RunConfig(epochs=epochs)
        assert (shipped.length_of(config), shipped.other_length(config)) == (own, other)


def test_its_command_writes_it(tmp_path, monkeypatch):
    axes = {"alpha": (0.1,), "temperature_squared": (True,)}
    small = {"EPOCHS": {100: 1}, "AXES": axes, "LONG_IMAGES": (100,), "LONG_AXES": axes, "SEEDS": 2}
    for name, value in {**small, "Lab": FakeLab, "FOLDER": tmp_path}.items():
        monkeypatch.setattr(make_default_study, name, value)
    assert make_default_study.main(["--home", str(tmp_path / "home")]) == 0
    runs = pd.read_csv(tmp_path / "default.csv")
    assert list(runs)[:6] == ["length", "train_size", "epochs", "alpha", "temperature_squared", "seed"]
    assert runs.iloc[:, :6].to_numpy().tolist() == [
        [length, 100, epochs, 0.1, True, seed]
        for length, epochs in ((shipped.SHORT, 1), (shipped.LONG, 5))
        for seed in range(2)
    ]
    assert {"distilled_blocks", "scratch_blocks"} < {*runs}


def test_an_objective_trains_to_the_numbers_of_its_file(lab):
    """On another kind of processor, some pictures of 10,000 may differ."""
    study = Study(RunConfig(), {"objective": ["relations"]}, 1)
    again = make_default_study.written(make_default_study.carried_out(lab, shipped.SHORT, study))
    kept = shipped.objectives_study().query("objective == 'relations' and seed == 0")
    assert {*again} == {"length", *kept}
    accuracies = [f"{model}_accuracy" for model in ("teacher", "distilled", "scratch")]
    np.testing.assert_allclose(again[accuracies], kept[accuracies], atol=0.005)
