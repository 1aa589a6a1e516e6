"""α and T: allowed values come back, others get a sentence that names them."""

from __future__ import annotations

import numpy as np
import pytest

from kd.distillation.hyperparameters import checked_alpha, checked_temperature


@pytest.mark.parametrize("alpha", [0, 1, 0.3, np.float32(0.5), np.float64(1.0)])
def test_alpha_in_range_comes_back_as_a_float(alpha):
    assert type(checked_alpha(alpha)) is float
    assert checked_alpha(alpha) == alpha


@pytest.mark.parametrize("alpha", [-0.01, 1.01, float("nan"), float("inf"), "0.5", None, True])
def test_alpha_out_of_range_names_value_and_range(alpha):
    with pytest.raises(ValueError, match=f"^alpha must be a number between 0 and 1, got {alpha!r}[.]$"):
        checked_alpha(alpha)


@pytest.mark.parametrize("temperature", [0.1, 4, np.float32(20), np.int64(100)])
def test_a_temperature_above_0_comes_back_as_a_float(temperature):
    assert type(checked_temperature(temperature)) is float
    assert checked_temperature(temperature) == temperature


@pytest.mark.parametrize("temperature", [0, -1, float("nan"), float("inf"), "4", None, True])
def test_temperature_out_of_range_names_value_and_range(temperature):
    said = f"temperature must be a finite number above 0, got {temperature!r}"
    with pytest.raises(ValueError, match=f"^{said}[.]$"):
        checked_temperature(temperature)
