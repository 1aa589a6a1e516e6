"""A run in one line: what is usual about it, and everything that is not."""

import pytest

from kd.config import FIELDS, RunConfig
from kd.distillation.objectives import OBJECTIVES
from ui.shared.run_words import setting

USUAL = "α 0.1 · T 10 with T² · strong teacher · 40 epochs · 500 images"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, USUAL),
        ({"mistake": "no_t_squared"}, f"{USUAL} · a mistake: without T²"),
        ({"batch_size": 8, "seed": 3}, f"{USUAL} · batches of 8 · seed 3"),
        (
            {"epochs": 1500, "train_size": 60_000, "batch_size": 1000},
            USUAL.replace("40 epochs · 500 images", "1,500 epochs · 60,000 images · batches of 1,000"),
        ),
        ({"student": "linear"}, f"{USUAL} · linear student"),
        ({"student": "dense"}, f"{USUAL} · student with 64 hidden units"),
        ({"student": "dense", "student_units": 1024}, f"{USUAL} · student with 1,024 hidden units"),
        ({"student": "separable"}, f"{USUAL} · depthwise-separable student with 16 filters"),
        ({"student_width": 1}, f"{USUAL} · student with 1 filter"),
        ({"student": "linear", "student_width": 1}, f"{USUAL} · linear student"),
        (
            {"labelled": 100, "omitted_digits": "378", "label_noise": 0.55},
            f"{USUAL} · 100 labels · without 3, 7 and 8 · 55 % of the labels drawn at random",
        ),
        ({"baseline": "label_smoothing"}, f"{USUAL} · scratch with smoothed labels"),
        ({"teacher": "d041a7e82f5c"}, USUAL.replace("strong teacher", "teacher d041a7e82f5c")),
        (
            {"teacher": "fresh", "teacher_width": 8, "teacher_epochs": 1, "teacher_label_smoothing": 0.1},
            USUAL.replace("strong teacher", "fresh teacher (1 epoch, 8 filters, labels smoothed by 0.1)"),
        ),
        (
            {"objective": "logit_matching"},
            "α 0.1 · strong teacher · 40 epochs · 500 images · Logit matching",
        ),
        (
            {"objective": "virtual_teacher", "virtual_confidence": 0.9},
            "α 0.1 · T 10 · 40 epochs · 500 images · Virtual teacher · The virtual teacher's confidence: 0.9",
        ),
        (
            {"objective": "standardized", "published_weight": False},
            f"{USUAL} · Standardised logits · Weight 9, as published: off",
        ),
        ({"alpha": 1.0, "objective": "relations"}, USUAL.replace("α 0.1", "α 1")),
    ],
)
def test_a_setting_says_what_is_not_as_usual(changes, said):
    assert setting(RunConfig(**changes)) == said


# With another value, and with what makes it count.
OTHERS = {
    "alpha": 0.2,
    "temperature": 5.0,
    "temperature_squared": False,
    "teacher": "notebook",
    "epochs": 11,
    "train_size": 20_000,
    "batch_size": 8,
    "seed": 1,
    "student": "linear",
    "omitted_digits": "3",
    "label_noise": 0.1,
    "labelled": 50,
    "baseline": "label_smoothing",
    "objective": "relations",
    "student_width": 4,
    "unlabelled_pictures": "noise",
    "shift": 1,
    "mistake": "one_temperature",
    "pictures": "first",
    "second_teacher": "notebook",
}
AROUND = {
    "student_units": {"student": "dense"},
    "student_filters": {"student": "separable"},
    "unlabelled_pictures": {"labelled": 100},
    "fixed_teaching": {"shift": 1},
}


@pytest.mark.parametrize("name", FIELDS)
def test_two_runs_that_differ_do_not_read_alike(name):
    spec, usual = FIELDS[name], getattr(RunConfig(), name)
    around = {"teacher": "fresh"} if spec.group == "teacher" and name != "teacher" else {}
    around = AROUND.get(name, around)
    owner = next(
        (key for key, each in OBJECTIVES.items() if name in {f.name for f in each.own_fields()}), None
    )
    if owner:
        around = {"objective": owner}
    other = OTHERS.get(name)
    if other is None:
        step = spec.step or 1
        other = not usual if isinstance(usual, bool) else 8 if spec.choices else usual + step
        if spec.maximum is not None and other > spec.maximum:
            other = usual - step
    one, another = RunConfig(**around), RunConfig(**around, **{name: other})
    assert one.run_id != another.run_id
    assert setting(one) != setting(another)
