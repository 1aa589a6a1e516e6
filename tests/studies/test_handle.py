"""`Lab.study`: a study that is started, waited for, stopped and read by one handle."""

import dataclasses
import re

import pandas as pd
import pytest

from kd.config import PRESETS
from kd.lab.studies import StudyHandle
from kd.studies.shipped import AXES as AXES_OF_SHIPPED
from kd.studies.shipped import shipped_study
from kd.studies.study import Study
from kd.studies.verdicts import verdicts
from tests.studies.fake_lab import BASE, PATIENCE, until

AXES = {"alpha": [0.1, 0.5], "temperature": [1, 4]}
BASELINE = {"alpha": 0.5, "temperature": 4.0}


def test_a_study_is_carried_out_and_read(fake_lab, capsys):
    asked = fake_lab.study(BASE, AXES, seeds=2, baseline=BASELINE)
    assert asked.study == Study(BASE, AXES, 2, BASELINE)
    assert asked.id == asked.study.study_id
    assert asked.to_frame().empty
    assert asked.verdicts().empty
    assert asked.start() is asked
    view = asked.wait(PATIENCE, progress=True)
    assert (view.status, view.done, view.study_id) == ("finished", 8, asked.id)
    assert "8 of 8 runs" in capsys.readouterr().err
    assert "8 runs" in repr(asked)
    assert asked.view() == view
    asked.stop()  # what has ended stays as it is
    assert asked.view().status == "finished"
    runs = asked.to_frame()
    assert list(runs["run"]) == [config.run_id for _cell, config in asked.study.runs()]
    pd.testing.assert_frame_equal(runs, fake_lab.studies.frame(asked.id))
    table = asked.verdicts()
    pd.testing.assert_frame_equal(table, verdicts(runs, ["alpha", "temperature"], BASELINE))
    assert list(table["verdict"]).count("baseline") == 1


def test_what_was_never_started_is_refused_in_a_sentence(fake_lab):
    asked = fake_lab.study("notebook", {"epochs": [1, 2]})
    assert asked.study == Study(PRESETS["notebook"].config, {"epochs": [1, 2]})
    for act in (asked.view, asked.wait, asked.stop):
        with pytest.raises(ValueError, match=f"There is no study '{asked.id}': start it"):
            act()
    with pytest.raises(ValueError, match="has finished: start it, and wait"):
        asked.chart()
    with pytest.raises(ValueError, match="seeds must be a whole number between 1 and 1,000, got 0"):
        fake_lab.study("notebook", {}, seeds=0)


@pytest.fixture
def read(fake_lab, monkeypatch):
    """A study of the shipped runs, whose results are as if they were its own."""
    runs = shipped_study()
    monkeypatch.setattr(fake_lab.studies, "frame", lambda study: runs)
    return fake_lab.study("default", {axis: sorted(set(runs[axis])) for axis in AXES_OF_SHIPPED})


def test_the_figure_has_one_axis_or_two(read):
    figure = read.chart(temperature_squared=True, alpha=0.1)
    assert "Gain (points)" in str(figure.to_dict())
    cell = read.verdicts().query("temperature_squared and alpha == 0.1")
    assert sorted(figure.data["difference"]) == sorted(cell["difference"])
    assert "Gain over scratch" in str(figure.to_dict())
    lines = read.chart(temperature_squared=True, alpha="0.1", train_size=500)
    means = cell.query("train_size == 500")[["distilled_accuracy", "scratch_accuracy"]].to_numpy()
    assert sorted(lines.data["value"]) == pytest.approx(sorted(means.ravel()))
    first = next(read.study.cells())
    compared = StudyHandle(read._studies, dataclasses.replace(read.study, baseline=first))
    assert "Gain over the baseline" in str(compared.chart(temperature_squared=True, alpha=0.1).to_dict())


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ({}, "A figure has one axis or two, and this one would have train_size, alpha, temperature, "),
        ({"epochs": 3}, "epochs is not an axis of this study: choose of train_size, alpha, temp"),
        ({"alpha": 0.25}, "0.25 is not a value on the axis alpha: choose of 0.0, 0.1, 0.5, 0.9."),
        (dict(zip(AXES_OF_SHIPPED, (500, 0.1, 10, True), strict=True)), "A figure needs an axis with two"),
    ],
)
def test_another_figure_is_refused_in_a_sentence(read, at, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        read.chart(**at)


def test_a_study_fills_a_cluster_that_is_larger_than_this_machine(fake_lab):
    """Its workers are not known before it is asked, and a first run is too late."""
    fake_lab.engine.seconds_an_epoch = 1.0
    fake_lab.engine.look_for_workers = lambda: setattr(fake_lab.engine, "at_once", 20)
    study = fake_lab.study(BASE, {}, seeds=30).start()
    until(lambda: fake_lab.engine.most_at_once["student"] == 40)
    study.stop()
