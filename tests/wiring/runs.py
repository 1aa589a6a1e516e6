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

# Each changes BASE; numbers of an objective are not its defaults, so that they have to arrive.
RUNS: dict[str, RunConfig] = {
    name: BASE.replace(**changes)
    for name, changes in {
        "soft targets": {},
        "soft targets without T², smoothed baseline, dense": {
            **{"temperature_squared": False, "baseline": "label_smoothing"},
            **{"student": "dense", "student_units": 12},
        },
        "logit matching of noise": {
            **{"objective": "logit_matching", "labelled": 70, "unlabelled_pictures": "noise"},
        },
        "decoupled": {"objective": "decoupled", "target_weight": 2.0, "nontarget_weight": 3.0},
        "relations": {"objective": "relations", "inter_weight": 1.5, "intra_weight": 3.0},
        "relations without T², linear": {
            **{"objective": "relations", "temperature_squared": False, "student": "linear"},
        },
        "standardised": {"objective": "standardized", "published_weight": False},
        "standardised as published, the first images": {
            **{"objective": "standardized", "temperature": 2.0, "pictures": "first", "omitted_digits": "3"},
        },
        "virtual teacher": {"objective": "virtual_teacher", "virtual_confidence": 0.9},
        "labels alone": {"alpha": 1.0, "train_size": 160},
        "no label at all": {"alpha": 0.0, "labelled": 0},
        "some labels, some of them wrong, of eight digits": {
            **{"labelled": 70, "omitted_digits": "38", "label_noise": 0.4},
        },
        "separable, attention": {
            **{"student": "separable", "student_filters": 4},
            **{"objective": "attention", "attention_weight": 500.0},
        },
        "shifted apart": {"shift": 2, "fixed_teaching": True},
        "shifted with some labels": {
            **{"shift": 1, "labelled": 70, "omitted_digits": "38", "objective": "decoupled"},
        },
        "shuffled, shifted, permuted": {
            **{"labelled": 70, "omitted_digits": "3", "unlabelled_pictures": "shuffled", "shift": 1},
            "permuted_doubts": True,
        },
        "another teacher, seed, width and batch size": {
            **{"teacher_width": 2, "teacher_epochs": 1, "teacher_train_size": 100},
            **{"teacher_label_smoothing": 0.2, "seed": 4, "student_width": 16, "batch_size": 32},
        },
        "another generation, smooth noise": {
            **{"generation": 2, "shift": 1, "label_noise": 0.2, "labelled": 70},
            "unlabelled_pictures": "smooth",
        },
        "included teacher, some labels, virtual teacher": {
            **{"teacher": "notebook", "labelled": 70, "objective": "virtual_teacher"},
        },
        # teachers that are stored by the first of these runs
        "two teachers": {"second_teacher": BASE.model_ids["distilled"], "temperature": 2.0},
        "its student's attention": {"teacher": BASE.model_ids["distilled"], "objective": "attention"},
    }.items()
}

# Long enough to be looked at twice (kd/training/costs.py), at times that are the same for both students.
WATCHED = BASE.replace(train_size=2000, epochs=4, batch_size=250, student_width=4, alpha=0.5)
