"""What is measured of a run besides its accuracies: a number each, computed once a run and kept.

A measure is a name, or a name with arguments after colons: "right_of_omitted_with:3.5".

How closely a student copies its teacher, on the test pictures and on those that it learned from, is as in
Stanton et al., "Does Knowledge Distillation Really Work?" (2021), section 3: agreement, and the mean
Kullback–Leibler divergence of the student's probabilities from the teacher's, at T = 1.

What students know of the digits that they never saw is asked before and after a bias on some digits' logits,
as in Hinton, Vinyals and Dean (2015), section 3. The best biases are those with which most test pictures are
right, as in the paper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd

from kd.analysis.calibration import best_biases, with_biases
from kd.analysis.evaluation import agreement, correct
from kd.analysis.logits import CLASSES, divergence_bits, softmax
from kd.config import MODELS, RunConfig
from kd.networks.numpy_model import NumpyModel
from kd.pictures.changes import CHANGES, changed
from kd.pictures.mnist import load_mnist, to_model_input
from kd.pictures.training_set import training_set
from kd.text.translation import N_
from kd.text.words import NAMES, STUDENTS, quoted
from kd.training.costs import LATE


@dataclass
class MeasuredRun:
    """A finished run, as a measure sees it: what is costly is read when a measure asks for it.

    result: its result, as the store has it. read_logits, read_models: give the logits of the test pictures
    (10000, 10) and the networks by model, "teacher", "distilled" and "scratch". history: the epochs of
    their training, as a RunView has them.
    """

    config: RunConfig
    result: Mapping[str, Any]
    read_logits: Callable[[], Mapping[str, np.ndarray]]
    read_models: Callable[[], Mapping[str, NumpyModel]]
    history: Sequence[Mapping[str, Any]] = ()

    @cached_property
    def logits(self) -> Mapping[str, np.ndarray]:
        """The logits of all test pictures, (10000, 10), by model."""
        return self.read_logits()

    @cached_property
    def models(self) -> Mapping[str, NumpyModel]:
        """The three networks."""
        return self.read_models()

    @property
    def labels(self) -> np.ndarray:
        """The digits that the test pictures show, (10000,)."""
        return load_mnist().y_test


@dataclass(frozen=True)
class Value:
    """A column of numbers. label: what it is, in English, marked for translation.

    unit: as in kd.studies.experiments.judging.
    """

    label: str
    unit: str


@dataclass(frozen=True)
class Measure(Value):
    """One number of a run. of: computes it; its further parameters are the arguments in a name."""

    of: Callable[..., float]


FROM_ACCURACIES = {
    **{f"{model}_right": Value(NAMES[model], "percent") for model in MODELS},
    "gain": Value(N_("Gain over scratch"), "points"),
}
"""What every experiment's rows have: the test pictures that each model gets right, and what is gained."""


def with_gains(runs: pd.DataFrame) -> pd.DataFrame:
    """Returns runs as `kd.studies.verdicts.study_frame` has them, with the columns FROM_ACCURACIES."""
    right = {f"{model}_right": 100 * runs[f"{model}_accuracy"].astype(float) for model in MODELS}
    return runs.assign(**right, gain=right["distilled_right"] - right["scratch_right"])


def _parameters(run: MeasuredRun, model: str) -> float:
    return float(run.result[model]["parameters"])


def _ensemble_right(run: MeasuredRun) -> float:
    """Returns the accuracy of the mean of two teachers' logits; NaN where there is one teacher."""
    if "second_teacher" not in run.logits:
        return math.nan
    return _right(run, run.logits["teacher"] + run.logits["second_teacher"])


_IMPROBABLE = 0.01


def _improbable(run: MeasuredRun) -> float:
    """Returns what digits get to which the teacher gives less than _IMPROBABLE, both at the run's T."""
    student, teacher = (
        softmax(run.logits[name], run.config.temperature) for name in ("distilled", "teacher")
    )
    return 100 * float((student * (teacher < _IMPROBABLE)).sum(axis=1).mean())


def _train_agreement(run: MeasuredRun) -> float:
    """Returns the agreement on the pictures that distilled learned from, as they are in MNIST."""
    pictures = to_model_input(training_set(run.config).images)
    return 100 * agreement(*(run.models[name].logits(pictures) for name in ("teacher", "distilled")))


def _errors_copied(run: MeasuredRun, model: str) -> float:
    """Returns how many of the teacher's errors a student takes for the same wrong digit."""
    teacher, student = (run.logits[name].argmax(axis=1) for name in ("teacher", model))
    wrong = teacher != run.labels
    return 100 * float((student == teacher)[wrong].mean()) if wrong.any() else math.nan


def _loss(run: MeasuredRun, epoch: int) -> float:
    """Returns the mean loss over the steps of an epoch."""
    losses = [event["loss"] for event in run.history if event["model"] == "distilled"]
    return float(losses[epoch])


# Of the training: looks that are evenly spaced need not fall on it.
_NEAR = 0.05


def _late_gain(run: MeasuredRun) -> float:
    """Returns the gain at the end less that after four fifths; NaN where both students were not seen there.

    What the last fifth changes is small where training is long enough.
    """
    accuracies = {
        (event["model"], event["epoch"]): event["val_accuracy"]
        for event in run.history
        if event["model"] in STUDENTS and event["val_accuracy"] is not None
    }
    gains = {
        epoch: 100 * (accuracies["distilled", epoch] - accuracies["scratch", epoch])
        for model, epoch in accuracies
        if model == "distilled" and ("scratch", epoch) in accuracies
    }
    last = run.config.epochs
    late = min(gains, key=lambda epoch: abs(epoch - LATE * last), default=last)
    if last not in gains or abs(late - LATE * last) > _NEAR * last:
        return math.nan
    return gains[last] - gains[late]


def _omitted(run: MeasuredRun) -> list[int]:
    return [int(digit) for digit in run.config.omitted_digits]


def _right(run: MeasuredRun, logits: np.ndarray, omitted: bool = False) -> float:
    """Returns the percent right of the test pictures, or of those of digits left out; NaN if none is."""
    right = correct(run.labels, logits)
    chosen = right[np.isin(run.labels, _omitted(run))] if omitted else right
    return 100 * float(chosen.mean()) if len(chosen) else np.nan


def _best(run: MeasuredRun, model: str = "distilled", seen: bool = False) -> dict[int, float]:
    """Returns the best biases of the digits left out, or of those that were seen."""
    digits = [digit for digit in range(CLASSES) if (digit in _omitted(run)) != seen]
    return best_biases(run.labels, run.logits[model], digits)


def _biased(run: MeasuredRun, model: str = "distilled", seen: bool = False) -> np.ndarray:
    return with_biases(run.logits[model], _best(run, model, seen))


def _with(run: MeasuredRun, bias: str) -> np.ndarray:
    return with_biases(run.logits["distilled"], dict.fromkeys(_omitted(run), float(bias)))


def _mean_bias(run: MeasuredRun, seen: bool = False) -> float:
    biases = list(_best(run, seen=seen).values())
    return float(np.mean(biases)) if biases else np.nan


# The first half of MNIST's test pictures is cleaner than the second: every fifth is of both, and the NumPy
# engine answers for these 2,000 in a moment.
_EVERY = 5


@cache
def _changed_pictures(change: str) -> np.ndarray:
    return to_model_input(changed(load_mnist().x_test[::_EVERY], change))


# Several measures ask a model the same.
@lru_cache(maxsize=3 * len(CHANGES))
def _answers(model: NumpyModel, change: str) -> np.ndarray:
    return model.logits(_changed_pictures(change)).argmax(axis=1)


def _right_of_changed(run: MeasuredRun, model: str, change: str) -> float:
    return 100 * float(np.mean(_answers(run.models[model], change) == run.labels[::_EVERY]))


def _gain_of_changed(run: MeasuredRun, change: str) -> float:
    return _right_of_changed(run, "distilled", change) - _right_of_changed(run, "scratch", change)


def _of_students(
    name: str, distilled: str, scratch: str, unit: str, of: Callable[..., float]
) -> dict[str, Measure]:
    """Returns the same measure of both students. distilled, scratch: their labels."""
    return {
        name: Measure(distilled, unit, partial(of, model="distilled")),
        f"scratch_{name}": Measure(scratch, unit, partial(of, model="scratch")),
    }


_CHANGES = {
    "plain": N_("plain"),
    "shifted": N_("shifted"),
    "turned": N_("turned"),
    "noisy": N_("noisy"),
    "thick": N_("thick"),
    "thin": N_("thin"),
    "inverted": N_("inverted"),
}

MEASURES: dict[str, Measure] = {
    "parameters": Measure(
        N_("Parameters of a student"), "parameters", partial(_parameters, model="distilled")
    ),
    "teacher_parameters": Measure(
        N_("Parameters of the teacher"), "parameters", partial(_parameters, model="teacher")
    ),
    "ensemble_right": Measure(N_("Both teachers together"), "percent", _ensemble_right),
    "improbable": Measure(
        N_("Probability that distilled gives to what its teacher rules out"), "percent", _improbable
    ),
    **_of_students(
        "agreement",
        N_("Distilled agrees with the teacher"),
        N_("Scratch agrees with the teacher"),
        "percent",
        lambda run, model: 100 * agreement(run.logits["teacher"], run.logits[model]),
    ),
    "train_agreement": Measure(
        N_("Distilled agrees with the teacher on its training images"), "percent", _train_agreement
    ),
    **_of_students(
        "divergence",
        N_("KL to the teacher, distilled"),
        N_("KL to the teacher, scratch"),
        "nats",
        lambda run, model: math.log(2) * divergence_bits(run.logits["teacher"], run.logits[model]).mean(),
    ),
    **_of_students(
        "errors_copied",
        N_("Teacher's errors that distilled repeats"),
        N_("Teacher's errors that scratch makes, too"),
        "percent",
        _errors_copied,
    ),
    "loss_at_first": Measure(N_("Loss in the first epoch"), "", partial(_loss, epoch=0)),
    "loss_at_last": Measure(N_("Loss in the last epoch"), "", partial(_loss, epoch=-1)),
    "late_gain": Measure(N_("What the last fifth of training changes in the gain"), "points", _late_gain),
    **_of_students(
        "omitted_right",
        N_("Digits left out, distilled"),
        N_("Digits left out, scratch"),
        "percent",
        lambda run, model: _right(run, run.logits[model], omitted=True),
    ),
    **_of_students(
        "omitted_right_biased",
        N_("Digits left out, with the best bias"),
        N_("Digits left out, scratch with the best bias"),
        "percent",
        lambda run, model: _right(run, _biased(run, model), omitted=True),
    ),
    "right_biased": Measure(
        N_("All digits, with the best bias"), "percent", lambda run: _right(run, _biased(run))
    ),
    "best_bias": Measure(N_("Best bias"), "", _mean_bias),
    "omitted_right_with": Measure(
        N_("Digits left out, with the bias chosen"),
        "percent",
        lambda run, bias: _right(run, _with(run, bias), omitted=True),
    ),
    "right_with": Measure(
        N_("All digits, with the bias chosen"), "percent", lambda run, bias: _right(run, _with(run, bias))
    ),
    "right_with_seen_biased": Measure(
        N_("All digits, with the best bias on those it saw"),
        "percent",
        lambda run: _right(run, _biased(run, seen=True)),
    ),
    "best_bias_of_seen": Measure(N_("Best bias on the digits it saw"), "", partial(_mean_bias, seen=True)),
    **{
        f"gain_{change}": Measure(name, "points", partial(_gain_of_changed, change=change))
        for change, name in _CHANGES.items()
    },
    **{
        measure: found
        for change, name in _CHANGES.items()
        for measure, found in _of_students(
            f"right_{change}", name, name, "percent", partial(_right_of_changed, change=change)
        ).items()
    },
}


def measure(name: str) -> Measure:
    """Returns a measure by its name, with or without arguments.

    Raises:
        ValueError: when there is none.
    """
    found = MEASURES.get(name.partition(":")[0])
    if found is None:
        raise ValueError(f"There is no measure {quoted(name)}: use {', '.join(MEASURES)}.")
    return found


def measured(name: str, run: MeasuredRun) -> float:
    """Returns what a measure gives of a run.

    Raises:
        ValueError: when there is no such measure, or the run's logits cannot be had.
    """
    _name, *arguments = name.split(":")
    return float(measure(name).of(run, *arguments))


def value(name: str) -> Value:
    """Returns what a column of an experiment's rows is: a measure's, or one that follows from the accuracies.

    Raises:
        ValueError: when it is neither.
    """
    return FROM_ACCURACIES.get(name) or measure(name)
