"""How many parameters a teacher is worth, read off curves that are known."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from kd.studies.classics.how_small import EXPERIMENT, HALF, NOTEBOOKS, WIDTHS, worth
from kd.studies.experiments.judging import AGREES, above, judged
from tests.studies.experiments import made_up


def rows(ahead: list[float]) -> pd.DataFrame:
    """Scratch: 10 points for each doubling of the parameters. Distilled: as much as `ahead` more, by seed."""
    found = made_up.rows(EXPERIMENT, seeds=len(ahead))
    found = found[found["length"] == "short"].reset_index(drop=True)
    found["parameters"] = [100 * max(width, 0.5) for width in found["student_width"]]
    found["scratch_right"] = [10 + 10 * math.log2(number / 100) for number in found["parameters"]]
    found["distilled_right"] = found["scratch_right"] + [ahead[seed] for seed in found["seed"]]
    return found


def test_between_two_students_accuracy_follows_the_logarithm_of_parameters():
    factors, most = worth(rows([10, 5, 0]), HALF)
    assert most == WIDTHS[-1] / HALF
    assert factors.to_dict() == pytest.approx({0: 2, 1: math.sqrt(2), 2: 1})


def test_a_student_that_its_teacher_hurts_is_worth_fewer_and_no_fewer_than_the_smallest():
    factors, _most = worth(rows([-10, -99]), HALF)
    assert factors.to_dict() == pytest.approx({0: 0.5, 1: WIDTHS[0] / HALF})


def test_what_no_student_from_scratch_reaches_is_beyond():
    factors, most = worth(rows([11, 30]), NOTEBOOKS)
    assert (most, factors.tolist()) == (2.0, [math.inf, math.inf])
    finding = EXPERIMENT.findings(rows([11, 30]))["short"]["worth_notebooks"]
    assert (finding.mean, finding.beyond) == (2.0, 2)
    assert judged(finding, above(1.5)) == AGREES


def test_a_larger_student_that_is_worse_by_chance_does_not_count():
    found = rows([10, 10])
    found.loc[found["student_width"] == NOTEBOOKS, "scratch_right"] = 0
    factors, _most = worth(found, HALF)
    # halfway up from width 16, taken to be as good as 8, to width 32
    assert factors.tolist() == pytest.approx([2 * math.sqrt(2)] * 2)


def test_nothing_is_read_off_while_students_are_missing():
    found = rows([10, 10])
    factors, _most = worth(found[(found["student_width"] != 4) | (found["seed"] == 1)], HALF)
    assert list(factors.index) == [1]
