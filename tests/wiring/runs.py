"""Runs that between them use every objective and every option of the data, small enough to repeat."""

from __future__ import annotations

from kd.config import RunConfig

BASE = RunConfig(
    train_size=200,
    epochs=2,
    alpha=0.3,
    temperature=4.0,
    batch_size=48,
    seed=3,
    student_width=8,
    teacher="fresh",
    teacher_width=4,
    teacher_epochs=2,
    teacher_train_size=300,
)

# Each changes BASE; numbers of an objective are not its defaults, so that they have to arrive. Fields that
# one run joins are independent, so that a mistake in any of them shows.
RUNS: dict[str, RunConfig] = {
    name: BASE.replace(**changes)
    for name, changes in {
        "soft targets": {},
        "soft targets without T², smoothed baseline, dense": {
            **{"temperature_squared": False, "baseline": "label_smoothing"},
            **{"student": "dense", "student_units": 12},
        },
        "logit matching of noise, some labels wrong, of eight digits": {
            **{"objective": "logit_matching", "labelled": 70, "unlabelled_pictures": "noise"},
            **{"omitted_digits": "38", "label_noise": 0.4},
        },
        "decoupled, shifted with some labels": {
            **{"objective": "decoupled", "target_weight": 2.0, "nontarget_weight": 3.0},
            **{"shift": 1, "labelled": 70},
        },
        "relations without T², shifted apart, no label at all": {
            **{"objective": "relations", "inter_weight": 1.5, "intra_weight": 3.0},
            **{"temperature_squared": False, "alpha": 0.0, "labelled": 0},
            **{"shift": 2, "fixed_teaching": True},
        },
        "standardised, linear": {
            **{"objective": "standardized", "published_weight": False, "student": "linear"},
        },
        "standardised as published, another generation, the first images, smooth noise": {
            **{"objective": "standardized", "temperature": 2.0, "generation": 2, "pictures": "first"},
            **{"omitted_digits": "3", "shift": 1, "label_noise": 0.2, "labelled": 70},
            "unlabelled_pictures": "smooth",
        },
        "virtual teacher, some labels": {
            **{"objective": "virtual_teacher", "virtual_confidence": 0.9, "labelled": 70},
        },
        "shuffled, shifted, permuted": {
            **{"labelled": 70, "omitted_digits": "3", "unlabelled_pictures": "shuffled", "shift": 1},
            "permuted_doubts": True,
        },
        "labels alone, another teacher, seed, width and batch size": {
            **{"teacher_width": 2, "teacher_epochs": 1, "teacher_train_size": 100},
            **{"teacher_label_smoothing": 0.2, "seed": 4, "student_width": 16, "batch_size": 32},
            **{"alpha": 1.0, "train_size": 160},
        },
        # teachers that are stored by the first of these runs
        "separable, its student's attention": {
            **{"student": "separable", "student_filters": 4, "teacher": BASE.model_ids["distilled"]},
            **{"objective": "attention", "attention_weight": 500.0},
        },
        "two teachers, one of them included": {
            **{"teacher": "notebook", "second_teacher": BASE.model_ids["distilled"], "temperature": 2.0},
        },
    }.items()
}

# Long enough to be looked at twice (kd/training/costs.py), at times that are the same for both students.
WATCHED = BASE.replace(train_size=2000, epochs=4, batch_size=1000, student_width=4, alpha=0.5)
