"""The first picture that people see shows what its story says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kd.analysis.showcase import showcase
from kd.config import RunConfig
from kd.lab import Lab
from ui.pictures.ways_in import FIRST_PICTURE


def shares(logits) -> list[float]:
    """Softmax at T = 4, picture by picture."""
    powers = [math.exp((float(z) - float(max(logits))) / 4) for z in logits]
    return [power / sum(powers) for power in powers]


def away(teacher: list[float], student: list[float]) -> float:
    return sum(p * math.log(p / q) for p, q in zip(teacher, student, strict=True))


def test_the_first_picture_is_the_one_that_shows_most(tmp_path, mnist):
    with Lab(tmp_path) as lab:
        logits = lab.test_logits(RunConfig().run_id)
    best, most = None, 0.0
    for number, label in enumerate(mnist.y_test.tolist()):
        answers = {name: int(values[number].argmax()) for name, values in logits.items()}
        if [answers[name] == label for name in ("teacher", "distilled", "scratch")] != [True, True, False]:
            continue
        soft = {name: shares(values[number]) for name, values in logits.items()}
        ranks = {name: sorted(range(10), key=values.__getitem__)[::-1] for name, values in soft.items()}
        if ranks["teacher"][1] != ranks["distilled"][1] or soft["teacher"][ranks["teacher"][1]] < 0.2:
            continue
        closer = away(soft["teacher"], soft["scratch"]) - away(soft["teacher"], soft["distilled"])
        if closer > most:
            best, most = number, closer
    assert best == showcase(mnist.y_test, logits) == FIRST_PICTURE


def test_there_need_not_be_such_a_picture():
    alike = dict.fromkeys(("teacher", "distilled", "scratch"), np.eye(10) * 9)
    with pytest.raises(ValueError, match="No test picture shows"):
        showcase(np.arange(10), alike)
