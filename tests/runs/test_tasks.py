"""What is kept of a teacher's answers, and for whom: whatever changes them has a key of its own."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kd.config import RunConfig
from kd.runs.tasks import Teacher

ASKS = RunConfig(teacher="notebook", train_size=100, alpha=0.5)
NOISE = {"labelled": 50, "unlabelled_pictures": "noise"}
DROPS = {"mistake": "teacher_in_training"}
OF_THEIR_OWN = (
    *({}, {"train_size": 90}, {"objective": "attention"}),
    *({"shift": 1}, {"shift": 2}, {"shift": 1, "train_size": 90}),
    *(NOISE, {**NOISE, "unlabelled_pictures": "shuffled"}, {**NOISE, "labelled": 60}),
    *({**NOISE, "omitted_digits": "3"}, {**NOISE, "shift": 1}),
    *(DROPS, {**DROPS, "seed": 5}, {"seed": 5}, {"pictures": "first"}),
)
ALIKE = (
    *({"generation": 5}, {"temperature": 9.0}, {"alpha": 0.9}, {"epochs": 9}, {"student": "linear"}),
    *({"labelled": 50}, {"omitted_digits": "3"}, {"label_noise": 0.3}, {"objective": "relations"}),
    *({"mistake": "no_t_squared"}, {"mistake": "cached_answers"}, {"permuted_doubts": True}),
    *({"shift": 1, "fixed_teaching": True},),
)


@pytest.fixture
def key(tmp_path):
    """The key of what a teacher says to the students of a run that differs from ASKS in this."""

    def key(changes: dict, content: bytes = b"a teacher") -> str:
        path = tmp_path / "teacher.keras"
        path.write_bytes(content)
        store = SimpleNamespace(models=SimpleNamespace(get=lambda model: ({}, path)))
        return Teacher(ASKS.replace(**changes), store).task().key

    return key


def test_answers_to_other_pictures_and_of_another_kind_are_kept_apart(key):
    assert len({*map(key, OF_THEIR_OWN), key({}, b"another teacher")}) == len(OF_THEIR_OWN) + 1
    assert {*map(key, ALIKE)} == {key({})}
