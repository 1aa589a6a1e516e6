"""The pull of label and teacher together, by hand."""

import numpy as np
import pytest

from kd.analysis.softening import Gradient, loss_gradient, pull_of


def test_a_pull_points_against_the_gradient():
    labels, teacher = np.array([0.3, -0.4, 0.0]), np.array([-0.9, 0.0, 1.2])
    pull = pull_of(Gradient(labels, teacher))
    assert pull == (pytest.approx(0.5), pytest.approx(1.5), 0, 2)


def test_a_student_that_knows_nothing_is_pulled_towards_what_it_is_told():
    teacher = np.log([0.1, 0.2, 0.7])
    pull = pull_of(loss_gradient(2, np.zeros(3), teacher, alpha=0.0, temperature=1.0))
    assert (pull.label, pull.up, pull.down) == (0.0, 2, 0)
