"""Classics about networks of one kind: who starts alike, who teaches whom, and what comes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kd.networks.architectures import student_architecture, teacher_architecture
from kd.studies.experiments import EXPERIMENTS
from kd.training.networks import initial_weights
from tests.studies.experiments import made_up
from tests.studies.fake_lab import PATIENCE

SEEDS = 3
NAMES = ("born_alike", "two_teachers", "which_way_round")


def runs_by(name: str, length: str, **labels) -> dict:
    """Seed → the run of an experiment that has these labels."""
    return {
        config.seed: config
        for part in EXPERIMENTS[name].parts(SEEDS)
        for cell, config in part.study.runs()
        if {"length": length, **labels}.items() <= {**part.labels, **cell}.items()
    }


@pytest.mark.parametrize("length", ["short", "long"])
def test_who_is_born_alike_starts_from_its_teachers_weights_and_the_other_does_not(length):
    alike, others = (runs_by("born_alike", length, noise=100, weights=kind) for kind in ("alike", "others"))
    assert sorted(alike) == sorted(others) == [*range(SEEDS)]
    for seed, config in alike.items():
        other = others[seed]
        assert other.teacher == config.teacher_id
        assert student_architecture(config) == teacher_architecture(config)
        teachers, own, others_own = (
            initial_weights(teacher_architecture(config), each.training_seed)
            for each in (config.replace(epochs=1), config, other)
        )
        assert all(np.array_equal(*pair) for pair in zip(teachers, own, strict=True))
        assert not np.array_equal(teachers[0], others_own[0])
        # the same noise, and no digit and no label
        assert (config.alpha, config.labelled, config.unlabelled_pictures) == (0, 0, "noise")
        assert other == config.replace(teacher=config.teacher_id, generation=1)


def test_two_teachers_differ_in_their_weights_alone_and_their_students_in_their_teachers():
    first, second = (runs_by("two_teachers", "long", who=who) for who in ("first teacher", "second teacher"))
    students = [
        runs_by("two_teachers", "long", who=f"of {who}") for who in ("the first", "the second", "both")
    ]
    for seed in range(SEEDS):
        assert second[seed] == first[seed].replace(generation=1)
        assert first[seed].alpha == 1
        one, two, both = (each[seed] for each in students)
        ids = first[seed].model_ids["distilled"], second[seed].model_ids["distilled"]
        assert (one.teacher, two.teacher) == ids
        assert (both.teacher, both.second_teacher) == ids
        assert one == both.replace(second_teacher="")
        assert two == one.replace(teacher=two.teacher)
        assert both.generation not in (first[seed].generation, second[seed].generation)


def plainly(name: str, rows: pd.DataFrame) -> dict[str, float]:
    """What each finding is, worked out from the cells' means."""

    def mean(column: str, **where) -> float:
        chosen = rows
        for key, value in where.items():
            chosen = chosen[chosen[key] == value]
        assert len(chosen) == SEEDS
        return chosen[column].mean()

    if name == "born_alike":
        few, many = (
            {kind: mean("distilled_right", noise=noise, weights=kind) for kind in ("alike", "others")}
            for noise in (100, 1_000)
        )
        untrained = mean("scratch_right", noise=1_000, weights="others")
        return {
            "alike_right": many["alike"],
            "others_learn": many["others"] - untrained,
            "birth": few["alike"] - few["others"],
            "birth_with_many": many["alike"] - many["others"],
        }
    if name == "two_teachers":
        first, second, of_first, of_second, of_both = (
            mean("distilled_right", who=who)
            for who in ("first teacher", "second teacher", "of the first", "of the second", "of both")
        )
        together = mean("ensemble_right", who="of both")
        return {
            "ensemble": together - (first + second) / 2,
            "student": of_both - mean("scratch_right", who="of both"),
            "second_teacher": of_both - (of_first + of_second) / 2,
            "left_behind": of_both - together,
        }

    def reverse_less_forward(column: str, width: int) -> float:
        reverse, forward = (
            mean(column, student_width=width, mistake=way) for way in ("reversed_divergence", "")
        )
        return reverse - forward

    accuracies = {
        name: reverse_less_forward("distilled_right", width)
        for name, width in (("smallest", 1), ("middle", 4), ("largest", 16))
    }
    return {**accuracies, "ruled_out": -reverse_less_forward("improbable", 1)}


@pytest.mark.parametrize("name", NAMES)
def test_each_finding_is_what_its_label_says(name):
    rows = made_up.rows(EXPERIMENTS[name], SEEDS)
    for length, findings in EXPERIMENTS[name].findings(rows).items():
        expected = plainly(name, rows[rows["length"] == length])
        assert {code: found.mean for code, found in findings.items()} == pytest.approx(expected)


def test_a_lab_has_two_teachers_teach_one_student(fake_lab):
    run = fake_lab.experiment("two_teachers", 1)
    run.start()
    view = run.wait(PATIENCE)
    assert (view.status, view.failed) == ("finished", {})
    both = view.rows["who"] == "of both"
    assert view.rows["ensemble_right"].notna().tolist() == both.tolist()
    # nobody removes a teacher while its student may need it
    (config,) = {each for each in run.experiment.runs(1) if each.second_teacher and each.epochs == 20}
    assert {config.teacher, config.second_teacher} <= set(fake_lab.store.runs.needed_models())
