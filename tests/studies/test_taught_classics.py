"""Classics with teachers, transfer sets and time of their own: what they ask, and what comes of it."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pandas as pd
import pytest

from kd.config import RunConfig
from kd.pictures.changes import changed
from kd.pictures.training_set import places
from kd.studies.classics import born_again, same_size_same_answers, too_good_a_teacher
from kd.studies.experiments import EXPERIMENTS
from kd.studies.measures import MEASURES, MeasuredRun, measured

NAMES = (
    "hundred_labels",
    "too_good_a_teacher",
    "born_again",
    "smoothed_teacher",
    "no_teacher_at_all",
    "how_long_is_long_enough",
    "teacher_or_regulariser",
    "does_it_copy",
    "same_size_same_answers",
    "longer_and_longer",
    "robustness",
)
SEEDS = 3


def made_up(name: str) -> pd.DataFrame:
    """Rows of an experiment whose every number is another one, but hardly another with each seed."""
    experiment = EXPERIMENTS[name]
    found, number = [], itertools.count(1)
    for part in experiment.parts(SEEDS):
        cells: dict[tuple, int] = {}
        for cell, config in part.study.runs():
            labels = {**cell, **part.labels}
            at = cells.setdefault(tuple(labels.items()), next(number))
            numbers = {
                f"{model}_right": 50 + (place * 7 + at * at) % 40 + 0.01 * (at * config.seed) % 1
                for place, model in enumerate(("teacher", "distilled", "scratch"))
            }
            measures = {
                column: float((at * 3 + place * 5) % 37) + 0.01 * config.seed
                for place, column in enumerate(experiment.measured)
            }
            gain = numbers["distilled_right"] - numbers["scratch_right"]
            found.append({**labels, "seed": config.seed, **numbers, "gain": gain, **measures})
    return pd.DataFrame(found)


def mean(rows: pd.DataFrame, column: str, **where) -> float:
    """Of a column in one cell, over its seeds."""
    for name, value in where.items():
        rows = rows[rows[name] == value]
    assert len(rows) == SEEDS
    return float(rows[column].mean())


def expected(name: str, rows: pd.DataFrame) -> dict[str, float]:
    """What each finding is, as its label says."""

    def right(model: str = "distilled", **where) -> float:
        return mean(rows, f"{model}_right", **where)

    if name == "hundred_labels":
        none = right(pictures="none")
        added = {f"{each}_adds": right(pictures=each) - none for each in ("digits", "noise", "smooth")}
        alone = {f"{each}_alone": right(pictures=f"{each} alone") for each in ("noise", "smooth")}
        return {"gain_none": none - right("scratch", pictures="none"), **added, **alone}
    if name == "too_good_a_teacher":
        large, small, early = (right(teacher=each) for each in ("64", "16", "early"))
        better = right("teacher", teacher="64") - right("teacher", teacher="16")
        return {
            "larger_is_better": better,
            "gain_of_larger": large - right("scratch", teacher="64"),
            "larger_teaches_better": large - small,
            "early_teaches_better": early - large,
            "assistant_adds": right(teacher="assistant") - large,
        }
    if name == "born_again":
        alone, one, three = (right(generation=each, doubts="kept") for each in (0, 1, 3))
        permuted = right(generation=1, doubts="permuted")
        return {
            **{"born_again": one - alone, "last": three - alone, "permuted": permuted - alone},
            "gain": mean(rows, "gain", generation=1, doubts="kept"),
        }
    if name == "smoothed_teacher":

        def more(temperature: float, model: str = "distilled") -> float:
            smoothed, plain = (
                right(model, temperature=temperature, teacher_label_smoothing=share) for share in (0.1, 0.0)
            )
            return smoothed - plain

        return {"teacher": more(1, "teacher"), "cold": more(1), "warm": more(4), "hot": more(20)}
    if name == "no_teacher_at_all":
        kinds = ("poor", "middling", "good")
        return {f"gain_{kind}": mean(rows, "gain", kind=kind) for kind in kinds} | {
            f"right_{kind}": right("teacher", kind=kind) for kind in kinds
        }
    if name == "teacher_or_regulariser":
        kinds = ("smoothing", "virtual", "permuted", "real")
        gains = {f"gain_{kind}": mean(rows, "gain", kind=kind) for kind in kinds}
        return {
            **gains,
            "real_over_virtual": gains["gain_real"] - gains["gain_virtual"],
            "virtual_over_smoothing": gains["gain_virtual"] - gains["gain_smoothing"],
        }
    if name == "does_it_copy":
        same = partial(mean, rows, student_width=16)
        return {
            "on_training": same("train_agreement"),
            "on_test": same("agreement"),
            "closer": same("agreement") - same("scratch_agreement"),
            "errors_copied": same("errors_copied"),
            "errors_more": same("errors_copied") - same("scratch_errors_copied"),
            "larger": mean(rows, "agreement", student_width=32) - same("agreement"),
        }
    if name == "same_size_same_answers":
        few, many = (partial(mean, rows, train_size=images, start="other") for images in (200, 20_000))
        return {
            **{"with_few": few("agreement"), "with_many": many("agreement")},
            "closer": many("agreement") - few("agreement"),
            "better_with_few": few("distilled_right") - few("teacher_right"),
            "better_with_many": many("distilled_right") - many("teacher_right"),
            "alike": mean(rows, "agreement", train_size=200, start="same") - few("agreement"),
        }
    if name == "longer_and_longer":

        def after(epochs: int, views: str = "alike", model: str = "distilled") -> float:
            return right(model, epochs=epochs, views=views)

        return {
            "patience": after(1600) - after(25),
            "late": after(1600) - after(400),
            "unshifted": after(1600, "unshifted") - after(25, "unshifted"),
            "consistent": after(1600) - after(1600, "apart"),
            "gain": after(1600) - after(1600, model="scratch"),
        }
    if name == "how_long_is_long_enough":
        found = {"patience": right(kind="soft", epochs=400) - right(kind="soft", epochs=40)}
        for when, epochs in (("usual", 40), ("most", 400)):
            found |= {
                f"{kind}_{when}": mean(rows, "gain", kind=kind, epochs=epochs) for kind in ("soft", "virtual")
            }
            found[f"mistake_{when}"] = right(kind="mistake", epochs=epochs) - right(
                kind="soft", epochs=epochs
            )
        return found
    changes = ("shifted", "turned", "noisy", "thick", "thin", "inverted")
    correct = np.mean([mean(rows, f"right_{change}", images=5000) for change in changes])
    return {
        "distilled_loses": mean(rows, "right_plain", images=5000) - correct,
        **{
            f"{change}_{images}": mean(rows, f"gain_{change}", images=images)
            for change in ("plain", "shifted", "noisy")
            for images in (500, 5000)
        },
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_finding_is_what_its_label_says(name):
    rows = made_up(name)
    for length, found in EXPERIMENTS[name].findings(rows).items():
        plain = expected(name, rows[rows["length"] == length])
        assert found.keys() == plain.keys()
        for code, finding in found.items():
            assert finding.mean == pytest.approx(plain[code]), code
            assert finding.seeds == SEEDS


def test_a_student_of_wrong_labels_has_few_pictures_that_its_teacher_learned_from():
    for config in EXPERIMENTS["wrong_labels"].runs(SEEDS):
        assert config.teacher == "notebook"  # which saw the first 10,000
        assert 0.1 < np.mean(places(config) < 10_000) < 0.25


def runs_of(stage, **labels) -> list[RunConfig]:
    """Of the parts that have these labels."""
    parts = [part for part in stage if part.labels.items() >= labels.items()]
    return [config for part in parts for _cell, config in part.study.runs()]


def test_each_generation_is_taught_by_the_one_before_it_and_starts_from_other_weights():
    first, *later = born_again.EXPERIMENT.stages(SEEDS)[-4:]
    taught = last = {config.seed: config for config in runs_of(first)}
    assert all(config.alpha == 1 for config in taught.values())  # of labels alone
    assert taught.keys() == set(range(SEEDS))
    for generation, stage in enumerate(later, 1):
        assert {part.labels["generation"] for part in stage} == {generation}
        for doubts in ("kept", "permuted") if generation == 1 else ("kept",):
            runs = {config.seed: config for config in runs_of(stage, doubts=doubts)}
            assert runs.keys() == last.keys()
            for seed, config in runs.items():
                assert config.teacher == last[seed].model_ids["distilled"]
                assert config.permuted_doubts == (doubts == "permuted")
                assert config.training_seed not in {taught[seed].training_seed, last[seed].training_seed}
                # the same network and the same images, as often
                teacher = last[seed].replace(generation=generation, alpha=0.0, temperature=1.0)
                assert config.model_ids["scratch"] == teacher.model_ids["scratch"]
        last = {config.seed: config for config in runs_of(stage, doubts="kept")}


@pytest.mark.parametrize("name", ["does_it_copy", "same_size_same_answers"])
def test_a_student_of_its_teachers_size_starts_from_other_weights_than_its_teacher(name):
    stages = EXPERIMENTS[name].stages(SEEDS)
    for first, second in zip(stages[::2], stages[1::2], strict=True):
        trained = {config.seed: config for config in runs_of(first)}
        for config in runs_of(second):
            teacher = trained[config.seed]
            assert config.teacher == teacher.model_ids["teacher"]
            assert config.student_width == teacher.teacher_width
            assert config.training_seed != teacher.training_seed


def test_more_answers_of_a_teacher_come_in_as_many_steps():
    parts = same_size_same_answers.EXPERIMENT.parts(1)
    runs = [config for part in parts for _cell, config in part.study.runs()]
    steps = {config.epochs * -(-config.train_size // config.batch_size) for config in runs}
    short, long = min(steps), max(steps)
    assert all(min(each / short, long / each) < 1.02 for each in steps)
    assert {min(config.labelled, config.train_size) for config in runs} == {200}  # scratch has no more


def test_the_assistant_stands_between_the_large_teacher_and_the_student():
    first, second = too_good_a_teacher.EXPERIMENT.stages(SEEDS)[-2:]
    assistants = {
        config.model_ids["distilled"]: config
        for part in first
        if part.labels["teacher"] == "of assistant"
        for _cell, config in part.study.runs()
    }
    of_large = {
        config.seed: config
        for part in first
        if part.labels["teacher"] == "64"
        for _cell, config in part.study.runs()
    }
    for part in second:
        ((_cell, config),) = part.study.runs()
        assistant = assistants.pop(config.teacher)
        assert config.seed == assistant.seed
        assert config.student_width < assistant.student_width < assistant.teacher_width
        assert assistant.model_ids["teacher"] == of_large[config.seed].model_ids["teacher"]
        assert config.model_ids["scratch"] == of_large[config.seed].model_ids["scratch"]
    assert not assistants


class Constant:
    """A network that takes everything for one digit, but a picture with a white corner for another."""

    def __init__(self, digit: int, in_white: int):
        self._digits = digit, in_white

    def logits(self, pictures):
        assert pictures.shape[1:] == (28, 28, 1)
        assert pictures.max() <= 1
        return np.eye(10)[np.where(pictures[:, 0, 0, 0] > 0.9, self._digits[1], self._digits[0])]


def test_what_is_right_of_changed_pictures_is_measured_of_every_fifth(mnist):
    labels = mnist.y_test[::5]
    models = {"distilled": Constant(1, 7), "scratch": Constant(2, 2)}
    run = MeasuredRun(RunConfig(), {}, dict, lambda: models)
    share = {digit: 100 * float(np.mean(labels == digit)) for digit in range(10)}
    assert measured("right_plain", run) == pytest.approx(share[1])
    assert measured("right_inverted", run) == pytest.approx(share[7])
    assert measured("gain_plain", run) == pytest.approx(share[1] - share[2])
    assert measured("gain_inverted", run) == pytest.approx(share[7] - share[2])
    assert measured("scratch_right_thin", run) == pytest.approx(share[2])
    assert changed(mnist.x_test[:1], "inverted")[0, 0, 0] == 255
    assert set(EXPERIMENTS["robustness"].measured.values()) <= set(MEASURES)


def test_smoothed_labels_are_a_teacher_that_takes_all_digits_to_be_alike():
    """α · cross-entropy + (1 − α) · KL(u ‖ q) is the smoothed cross-entropy, up to the entropy of u."""
    from kd.studies.classics.teacher_or_regulariser import TEACHERS

    config = RunConfig(**TEACHERS["smoothing"][1])
    objective = config.objective_values()
    logits = np.random.default_rng(0).normal(0, 3, (20, 10)).astype(np.float32)
    labels = np.arange(20) % 10
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    cross_entropy = -logs[np.arange(20), labels].mean()
    from kd.distillation.objectives import Outputs

    term = float(objective.terms(labels, Outputs(logits), {})["distillation_loss"])
    loss = float(objective.loss(cross_entropy, {"distillation_loss": term}))
    targets = 0.9 * np.eye(10)[labels] + 0.01
    smoothed = -(targets * logs).sum(axis=1).mean()
    assert loss == pytest.approx(smoothed - 0.1 * np.log(10), rel=1e-4)
