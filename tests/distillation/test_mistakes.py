"""What the students of a mistake are given. What it does with that: tests/studies/mistakes/test_lines.py."""

import numpy as np

from kd.distillation.mistakes import MISTAKES


def test_kept_answers_are_those_of_other_pictures():
    answers = np.arange(500)[:, None] * np.ones(10)
    given = MISTAKES["cached_answers"].answers(answers, 4)
    assert sorted(given[:, 0]) == list(range(500))
    assert (given[:, 0] == answers[:, 0]).mean() < 0.02
    assert (given != MISTAKES["cached_answers"].answers(answers, 5)).any()
    for code in MISTAKES.keys() - {"cached_answers"}:
        assert MISTAKES[code].answers(answers, 3) is answers
        assert not MISTAKES[code].answers_by_place
