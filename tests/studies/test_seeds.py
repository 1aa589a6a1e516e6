"""A setting with several seeds: what they say together, against figures worked out here, and more of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from kd.config import RunConfig
from kd.lab import Lab
from kd.lab.ahead import SEEDS, with_seeds
from kd.lab.seeds import SeedsView
from tests import stored_runs
from tests.studies.fake_lab import PATIENCE, until

BASE = RunConfig(teacher="notebook", train_size=320, epochs=5, seed=3)
DISTILLED, SCRATCH = (0.91, 0.905, 0.92, 0.9, 0.915, 0.8), (0.85, 0.84, 0.86, 0.83, 0.85, 0.83)


def save(lab: Lab, config: RunConfig, distilled: float, scratch: float) -> str:
    scores = {"distilled": distilled, "scratch": scratch, "teacher": 0.99}
    both = round(10_000 * (distilled - scratch)) + 100
    comparison = {"only_distilled_right": both, "only_scratch_right": 100, "difference": distilled - scratch}
    result = {name: {**stored_runs.SCORES, "test_accuracy": score} for name, score in scores.items()}
    return stored_runs.save(lab.store, config, result={**result, "comparison": comparison})


@pytest.fixture
def lab(fake_lab, monkeypatch):
    monkeypatch.setattr("kd.lab.run_list.Comparison.opened", lambda stored, alpha: stored)
    return fake_lab


def save_six(lab: Lab) -> dict[int, str]:
    """The id of each run, by seed."""
    six = zip(with_seeds(BASE, 6), DISTILLED, SCRATCH, strict=True)
    return {config.seed: save(lab, config, distilled, scratch) for config, distilled, scratch in six}


def test_what_is_stored_or_deleted_later_counts_from_then_on(lab):
    assert lab.seeds.view(BASE) == SeedsView({}, {}, None, False, SEEDS)
    first, second, third = with_seeds(BASE, 3)
    run_id = save(lab, first, 0.91, 0.85)
    view = lab.seeds.view(BASE)
    assert (view.runs, view.differences, view.verdict) == ({3: run_id}, {3: pytest.approx(0.06)}, None)
    save(lab, second, 0.9, 0.84)
    stored_runs.save(lab.store, third)  # without a comparison
    verdict = lab.seeds.view(BASE).verdict
    assert (verdict["seeds"], verdict["difference"]) == (2, pytest.approx(6.0))
    assert math.isnan(verdict["low"])
    assert verdict["verdict"] == "not judged yet"
    lab.runs.delete(second.run_id)
    assert lab.seeds.view(BASE).verdict is None


def test_several_seeds_are_judged_by_the_paired_t_test_at_little_cost(lab, monkeypatch):
    runs = save_six(lab)
    view = lab.seeds.view(BASE)
    assert view.runs == runs
    differences = np.subtract(DISTILLED, SCRATCH)
    assert list(view.differences.values()) == pytest.approx(list(differences))
    test = stats.ttest_1samp(100 * differences[:5], 0)  # the first station
    ends = test.confidence_interval(0.95)
    expected = {"seeds": 6, "judged_seeds": 5, "difference": 100 * differences.mean()}
    expected |= {"low": ends.low, "high": ends.high, "p": test.pvalue}
    assert {name: view.verdict[name] for name in expected} == pytest.approx(expected)
    assert view.verdict["verdict"] == "helps"
    view.runs.clear()  # what is returned is a copy
    view.verdict.clear()
    monkeypatch.setattr(lab.runs._list, "stored", lambda run_id: pytest.fail("it was read again"))
    again = lab.seeds.view(BASE)
    assert (again.runs, again.verdict["verdict"]) == (runs, "helps")


def test_only_the_seeds_that_are_asked_about_count(lab):
    save_six(lab)
    view = lab.seeds.view(BASE, most=2)
    assert (list(view.runs), view.wanted) == ([3, 4], 2)
    runs = lab.seeds.frame(BASE.replace(seed=4))
    assert runs["seed"].tolist() == [4, 5, 6, 7, 8]
    assert runs["distilled_accuracy"].tolist() == list(DISTILLED[1:])
    assert runs["only_scratch"].tolist() == [100] * 5
    assert lab.seeds.frame(BASE, 2)["seed"].tolist() == [3, 4]


def test_more_seeds_are_a_study_of_their_own_and_listed(lab):
    study_id = lab.seeds.more(BASE, 8, "ann")
    view = lab.seeds.view(BASE)
    assert view.wanted == 8
    assert until(lambda: lab.seeds.view(BASE).training)
    assert lab.studies.wait(study_id, PATIENCE).status == "finished"
    view = lab.seeds.view(BASE)
    assert list(view.runs) == list(range(3, 11))
    assert (view.training, view.wanted) == (False, 8)
    assert {run.run_id for run in lab.runs.views() if not run.shipped} == {*view.runs.values()}


def test_the_next_request_of_a_person_takes_the_place_of_the_last_unless_others_want_it(lab):
    lab.engine.seconds_an_epoch = 0.05
    other, third = BASE.replace(alpha=0.5), BASE.replace(alpha=0.9)
    first = lab.seeds.more(BASE, 20, "ann")
    assert lab.seeds.more(BASE, 20, "ben") == first
    second = lab.seeds.more(other, 20, "ann")
    assert lab.studies.view(first).active
    last = lab.seeds.more(third, 20, "ann")
    assert lab.studies.wait(second, PATIENCE).status == "stopped"
    assert lab.studies.view(first).active
    assert [lab.seeds.view(config).wanted for config in (BASE, other, third)] == [20, SEEDS, 20]
    assert [lab.seeds.asked(config, "ann") for config in (BASE, third)] == [0, 20]
    lab.seeds.stop("ann")
    assert lab.studies.wait(last, PATIENCE).status == "stopped"
    assert lab.seeds.asked(third, "ann") == 0


def test_what_cannot_be_is_refused_in_a_sentence(lab):
    for setting, seeds, sentence in (
        (BASE, 0, "seeds must be"),
        ("fast", 10, "A run is asked for"),
        (BASE.replace(teacher="0" * 12), 5, "There is no"),
    ):
        with pytest.raises(ValueError, match=sentence):
            lab.seeds.more(setting, seeds, "ann")
