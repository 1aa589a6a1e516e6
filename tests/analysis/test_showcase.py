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
        logits = lab.runs[RunConfig().run_id].test_logits()
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


@pytest.mark.parametrize("best", [0, 1])
def test_a_little_closer_is_enough_if_no_picture_shows_more(best):
    shown = {"teacher": [0.6, 0.3, 0.1], "distilled": [0.55, 0.35, 0.1], "scratch": [0.4, 0.5, 0.1]}
    less = shown | {"distilled": [0.5, 0.4, 0.1]}
    pictures = [shown, less] if best == 0 else [less, shown]
    logits = {model: 4 * np.log([picture[model] for picture in pictures]) for model in shown}
    assert showcase(np.array([0, 0]), logits) == best
