"""Classics with teachers, pictures and weights of their own: who learns from whom, and what is compared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kd.config import RunConfig
from kd.distillation.objectives import Outputs
from kd.networks.architectures import student_architecture, teacher_architecture
from kd.studies.classics.teacher_or_regulariser import TEACHERS
from kd.studies.experiments import EXPERIMENTS
from kd.training.networks import initial_weights
from tests.studies.experiments import made_up
from tests.studies.fake_lab import PATIENCE

SEEDS = 3


def runs_of(name: str, **labels) -> dict[int, RunConfig]:
    """Seed → the run of an experiment's long training that has these labels."""
    found = {}
    for part in EXPERIMENTS[name].at("long").parts(SEEDS):
        for cell, config in part.study.runs():
            if labels.items() <= {**part.labels, **cell}.items():
                assert config.seed not in found
                found[config.seed] = config
    assert sorted(found) == [*range(SEEDS)]
    return found


def test_each_generation_is_taught_by_the_one_before_it_and_starts_from_other_weights():
    first = last = runs_of("born_again", generation=0)
    assert all(config.alpha == 1 for config in first.values())  # of labels alone
    for generation in (1, 2, 3):
        taught = runs_of("born_again", generation=generation, doubts="kept")
        for seed, config in taught.items():
            assert config.teacher == last[seed].model_ids["distilled"]
            assert not config.permuted_doubts
            assert config.training_seed not in {first[seed].training_seed, last[seed].training_seed}
            # the same network and the same images, as often
            teacher = last[seed].replace(generation=generation, alpha=0.0, temperature=1.0)
            assert config.model_ids["scratch"] == teacher.model_ids["scratch"]
        if generation == 1:
            for seed, config in runs_of("born_again", generation=1, doubts="permuted").items():
                assert config == taught[seed].replace(permuted_doubts=True)
        last = taught


def test_a_student_of_its_teachers_size_starts_from_other_weights_than_its_teacher():
    same = {"train_size": 200, "start": "same"}
    for name, first, where in (
        ("does_it_copy", {"student_width": 4}, {"student_width": 16}),
        ("same_size_same_answers", same, {"train_size": 200, "start": "other"}),
        ("same_size_same_answers", same, {"train_size": 20_000, "start": "other"}),
    ):
        trained = runs_of(name, **first)
        for seed, config in runs_of(name, **where).items():
            assert config.teacher == trained[seed].model_ids["teacher"]
            assert config.student_width == trained[seed].teacher_width
            assert config.training_seed != trained[seed].training_seed


def test_the_assistant_stands_between_the_large_teacher_and_the_student():
    of_large, assistants, taught = (
        runs_of("too_good_a_teacher", teacher=teacher) for teacher in ("64", "of assistant", "assistant")
    )
    for seed, config in taught.items():
        assistant = assistants[seed]
        assert config.teacher == assistant.model_ids["distilled"]
        assert config.student_width < assistant.student_width < assistant.teacher_width
        assert assistant.model_ids["teacher"] == of_large[seed].model_ids["teacher"]
        assert config.model_ids["scratch"] == of_large[seed].model_ids["scratch"]


def test_who_is_born_alike_starts_from_its_teachers_weights_and_the_other_does_not():
    alike, others = (runs_of("born_alike", noise=100, weights=kind) for kind in ("alike", "others"))
    for seed, config in alike.items():
        # the same noise, and no digit and no label
        assert (config.alpha, config.labelled, config.unlabelled_pictures) == (0, 0, "noise")
        assert others[seed] == config.replace(teacher=config.teacher_id, generation=1)
    config, other = alike[1], others[1]
    assert student_architecture(config) == teacher_architecture(config)
    teachers, own, others_own = (
        initial_weights(teacher_architecture(config), each.training_seed)
        for each in (config.replace(epochs=1), config, other)
    )
    assert all(np.array_equal(*pair) for pair in zip(teachers, own, strict=True))
    assert not np.array_equal(teachers[0], others_own[0])


def test_two_teachers_differ_in_their_weights_alone_and_their_students_in_their_teachers():
    first, second, of_first, of_second, of_both = (
        runs_of("two_teachers", who=who)
        for who in ("first teacher", "second teacher", "of the first", "of the second", "of both")
    )
    for seed in range(SEEDS):
        assert second[seed] == first[seed].replace(generation=1)
        assert first[seed].alpha == 1
        one, two, both = (each[seed] for each in (of_first, of_second, of_both))
        ids = first[seed].model_ids["distilled"], second[seed].model_ids["distilled"]
        assert (one.teacher, two.teacher) == ids
        assert (both.teacher, both.second_teacher) == ids
        assert one == both.replace(second_teacher="")
        assert two == one.replace(teacher=two.teacher)
        assert both.generation not in (first[seed].generation, second[seed].generation)


def test_a_lab_has_two_teachers_teach_one_student(fake_lab):
    run = fake_lab.experiment("two_teachers", 1, length="short")
    run.start()
    view = run.wait(PATIENCE)
    assert (view.status, view.failed) == ("finished", {})
    both = view.rows["who"] == "of both"
    assert view.rows["ensemble_right"].notna().tolist() == both.tolist()
    # nobody removes a teacher while its student may need it
    (config,) = {each for each in run.experiment.runs(1) if each.second_teacher}
    assert {config.teacher, config.second_teacher} <= set(fake_lab.store.runs.needed_models())


def test_what_is_worked_out_of_several_cells_is_what_its_label_says():
    """The others are a cell, or one less another, and stand in docs/experiments.md."""

    def found(name: str) -> tuple[pd.DataFrame, dict[str, float]]:
        rows = made_up.rows(EXPERIMENTS[name], SEEDS).query("length == 'long'")
        return rows, {code: each.mean for code, each in EXPERIMENTS[name].judge(rows).items()}

    rows, means = found("two_teachers")
    right = rows.groupby("who")["distilled_right"].mean()
    together = rows.query("who == 'of both'")["ensemble_right"].mean()
    assert means["ensemble"] == pytest.approx(
        together - (right["first teacher"] + right["second teacher"]) / 2
    )
    assert means["second_teacher"] == pytest.approx(
        right["of both"] - (right["of the first"] + right["of the second"]) / 2
    )
    rows, means = found("robustness")
    cell = rows.query("images == 5000").mean(numeric_only=True)
    changes = ("shifted", "turned", "noisy", "thick", "thin", "inverted")
    on_average = np.mean([cell[f"right_{change}"] for change in changes])
    assert means["distilled_loses"] == pytest.approx(cell["right_plain"] - on_average)
    rows, means = found("how_many_images")
    cells = rows.groupby("train_size").mean(numeric_only=True)
    lack = cells["scratch_right"][20_000] - cells["scratch_right"][600]
    assert means["over_most"] == pytest.approx(cells["gain"][600] - 0.75 * lack)
    rows, means = found("same_size_same_answers")
    cell = rows.query("train_size == 20000 and start == 'other'").mean(numeric_only=True)
    assert means["better_with_many"] == pytest.approx(cell["distilled_right"] - cell["teacher_right"])


def test_smoothed_labels_are_a_teacher_that_takes_all_digits_to_be_alike():
    """α · cross-entropy + (1 − α) · KL(u ‖ q) is the smoothed cross-entropy, up to the entropy of u."""
    objective = RunConfig(**TEACHERS["smoothing"][1]).objective_values()
    logits = np.random.default_rng(0).normal(0, 3, (20, 10)).astype(np.float32)
    labels = np.arange(20) % 10
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    cross_entropy = -logs[np.arange(20), labels].mean()
    loss = float(objective.loss(cross_entropy, objective.terms(labels, Outputs(logits), {})))
    targets = 0.9 * np.eye(10)[labels] + 0.01
    smoothed = -(targets * logs).sum(axis=1).mean()
    assert loss == pytest.approx(smoothed - 0.1 * np.log(10), rel=1e-4)
