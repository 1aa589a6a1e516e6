"""What students know of the digits that they never saw, before and after a bias on some digits' logits.

The best biases are those with which most test pictures are right, as in the paper.

Hinton, Vinyals and Dean 2015, section 3.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from kd.analysis.bias import best_biases, with_biases
from kd.analysis.evaluation import correct
from kd.analysis.logits import CLASSES
from kd.studies.measures.measure import Measure, MeasuredRun
from kd.text.translation import N_


def _digits(run: MeasuredRun) -> list[int]:
    return [int(digit) for digit in run.config.omitted_digits]


def _seen(run: MeasuredRun) -> list[int]:
    return sorted(set(range(CLASSES)) - set(_digits(run)))


def _right(run: MeasuredRun, logits: np.ndarray, of_omitted: bool) -> float:
    """Percent of the test pictures, or of those that show a digit left out; NaN where none is."""
    right = correct(run.labels, logits)
    chosen = right[np.isin(run.labels, _digits(run))] if of_omitted else right
    return 100 * float(chosen.mean()) if len(chosen) else np.nan


def _as_it_is(model: str, run: MeasuredRun) -> float:
    return _right(run, run.logits[model], of_omitted=True)


def _best(run: MeasuredRun, model: str) -> dict[int, float]:
    return best_biases(run.labels, run.logits[model], _digits(run))


def _with_best(model: str, of_omitted: bool, run: MeasuredRun) -> float:
    return _right(run, with_biases(run.logits[model], _best(run, model)), of_omitted)


def _with_bias(of_omitted: bool, run: MeasuredRun, bias: str) -> float:
    shifted = with_biases(run.logits["distilled"], dict.fromkeys(_digits(run), float(bias)))
    return _right(run, shifted, of_omitted)


def _best_bias(run: MeasuredRun) -> float:
    """The mean, where there are several digits."""
    return float(np.mean(list(_best(run, "distilled").values()))) if _digits(run) else np.nan


def _best_of_seen(run: MeasuredRun) -> dict[int, float]:
    return best_biases(run.labels, run.logits["distilled"], _seen(run))


def _with_best_of_seen(run: MeasuredRun) -> float:
    return _right(run, with_biases(run.logits["distilled"], _best_of_seen(run)), of_omitted=False)


def _mean_bias_of_seen(run: MeasuredRun) -> float:
    return float(np.mean(list(_best_of_seen(run).values())))


MEASURES = {
    "omitted_right": Measure(N_("Digits left out, distilled"), "percent", partial(_as_it_is, "distilled")),
    "scratch_omitted_right": Measure(
        N_("Digits left out, scratch"), "percent", partial(_as_it_is, "scratch")
    ),
    "omitted_right_biased": Measure(
        N_("Digits left out, with the best bias"), "percent", partial(_with_best, "distilled", True)
    ),
    "right_biased": Measure(
        N_("All digits, with the best bias"), "percent", partial(_with_best, "distilled", False)
    ),
    "scratch_omitted_right_biased": Measure(
        N_("Digits left out, scratch with the best bias"), "percent", partial(_with_best, "scratch", True)
    ),
    "best_bias": Measure(N_("Best bias"), "", _best_bias),
    "omitted_right_with": Measure(
        N_("Digits left out, with the bias chosen"), "percent", partial(_with_bias, True)
    ),
    "right_with": Measure(N_("All digits, with the bias chosen"), "percent", partial(_with_bias, False)),
    "right_with_seen_biased": Measure(
        N_("All digits, with the best bias on those it saw"), "percent", _with_best_of_seen
    ),
    "best_bias_of_seen": Measure(N_("Best bias on the digits it saw"), "", _mean_bias_of_seen),
}
