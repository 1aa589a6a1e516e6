"""What is measured of a run besides its accuracies: a number each, computed once a run and kept.

A measure is a name, or a name with arguments after colons: "omitted_right_with:3.5".

How closely a student copies its teacher, on the test pictures and on those that it learned from, is as in
Stanton et al., "Does Knowledge Distillation Really Work?" (2021), section 3: agreement, and the mean
Kullback–Leibler divergence of the student's probabilities from the teacher's, at T = 1.

What students know of the digits that they never saw is asked before and after a bias on some digits' logits,
as in Hinton, Vinyals and Dean (2015), section 3. The best biases are those with which most test pictures are
right, as in the paper.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd

from kd.analysis.calibration import best_biases, with_biases
from kd.analysis.evaluation import agreement, correct
from kd.analysis.logits import divergence_bits, softmax
from kd.config import MODELS, RunConfig
from kd.networks.numpy_model import NumpyModel
from kd.pictures.changes import CHANGES, changed
from kd.pictures.data_sets import data_set
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import omitted_classes, training_set
from kd.text.translation import N_
from kd.text.words import NAMES, STUDENTS, quoted
from kd.training.costs import LATE


@dataclass
class MeasuredRun:
    """A finished run, as a measure sees it: what is costly is read when a measure asks for it.

    result: its result, as the store has it. read_logits, read_models: give the logits of the test pictures
    (10000, 10) and the networks, by model. history: the epochs of their training, as a RunView has them.
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
        """The classes of the test pictures, (n,)."""
        return data_set(self.config.data).y_test


@dataclass(frozen=True)
class Value:
    """A column of numbers. label: what it is, marked for translation; unit: as in experiments.judging."""

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


def _parameters(model: str, run: MeasuredRun) -> float:
    return float(run.result[model]["parameters"])


def _ensemble_right(run: MeasuredRun) -> float:
    """Returns the accuracy of the mean of two teachers' logits; NaN where there is one teacher."""
    if "second_teacher" not in run.logits:
        return math.nan
    return _right(run, run.logits["teacher"] + run.logits["second_teacher"])


_IMPROBABLE = 0.01


def _improbable(run: MeasuredRun) -> float:
    """Returns the percent that digits get which the teacher gives less than _IMPROBABLE, at the run's T."""
    student, teacher = (
        softmax(run.logits[name], run.config.temperature) for name in ("distilled", "teacher")
    )
    return 100 * float((student * (teacher < _IMPROBABLE)).sum(axis=1).mean())


def _agreement(model: str, run: MeasuredRun) -> float:
    return 100 * agreement(run.logits["teacher"], run.logits[model])


def _divergence(model: str, run: MeasuredRun) -> float:
    return math.log(2) * float(divergence_bits(run.logits["teacher"], run.logits[model]).mean())


def _train_agreement(run: MeasuredRun) -> float:
    """Returns the agreement on the pictures that distilled learned from, as they are in MNIST."""
    pictures = to_model_input(training_set(run.config).images)
    return 100 * agreement(*(run.models[name].logits(pictures) for name in ("teacher", "distilled")))


def _copied(model: str, run: MeasuredRun) -> float:
    """Returns the percentage of the teacher's errors that a student takes for the same wrong digit."""
    teacher, student = (run.logits[name].argmax(axis=1) for name in ("teacher", model))
    wrong = teacher != run.labels
    return 100 * float((student == teacher)[wrong].mean()) if wrong.any() else math.nan


def _loss(epoch: int, run: MeasuredRun) -> float:
    """Returns the mean loss over the steps of an epoch."""
    return float([event["loss"] for event in run.history if event["model"] == "distilled"][epoch])


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
    return omitted_classes(run.config)


def _right(run: MeasuredRun, logits: np.ndarray, omitted: bool = False) -> float:
    """Returns the percent right of all test pictures, or of digits left out; NaN where none is."""
    right = correct(run.labels, logits)
    chosen = right[np.isin(run.labels, _omitted(run))] if omitted else right
    return 100 * float(chosen.mean()) if len(chosen) else np.nan


def _right_of_omitted(model: str, run: MeasuredRun) -> float:
    return _right(run, run.logits[model], omitted=True)


def _best(run: MeasuredRun, model: str = "distilled", seen: bool = False) -> dict[int, float]:
    """Returns the best biases of the digits left out, or of those that were seen."""
    classes = range(run.logits[model].shape[1])
    chosen = [number for number in classes if (number in _omitted(run)) != seen]
    return best_biases(run.labels, run.logits[model], chosen)


def _with_best(model: str, omitted: bool, run: MeasuredRun, seen: bool = False) -> float:
    return _right(run, with_biases(run.logits[model], _best(run, model, seen)), omitted)


def _right_with(omitted: bool, run: MeasuredRun, bias: str) -> float:
    biases = dict.fromkeys(_omitted(run), float(bias))
    return _right(run, with_biases(run.logits["distilled"], biases), omitted)


def _mean_bias(seen: bool, run: MeasuredRun) -> float:
    biases = list(_best(run, seen=seen).values())
    return float(np.mean(biases)) if biases else np.nan


# The first half of MNIST's test pictures is cleaner than the second: every fifth is of both, and the NumPy
# engine answers for these 2,000 in a moment.
_EVERY = 5


@lru_cache(maxsize=len(CHANGES))
def _changed_pictures(data: str, change: str) -> np.ndarray:
    return to_model_input(changed(data_set(data).x_test[::_EVERY], change))


# Several measures ask a model the same.
@lru_cache(maxsize=3 * len(CHANGES))
def _answers(model: NumpyModel, data: str, change: str) -> np.ndarray:
    return model.logits(_changed_pictures(data, change)).argmax(axis=1)


def _right_of_changed(model: str, change: str, run: MeasuredRun) -> float:
    answers = _answers(run.models[model], run.config.data, change)
    return 100 * float(np.mean(answers == run.labels[::_EVERY]))


def _gain_of_changed(change: str, run: MeasuredRun) -> float:
    return _right_of_changed("distilled", change, run) - _right_of_changed("scratch", change, run)


_CHANGES = {
    "plain": N_("plain"),
    "shifted": N_("shifted"),
    "turned": N_("turned"),
    "noisy": N_("noisy"),
    "thick": N_("thick"),
    "thin": N_("thin"),
    "inverted": N_("inverted"),
}

# Unit → measure → its label, and what computes it
_BY_UNIT: dict[str, dict[str, tuple[str, Callable[..., float]]]] = {
    "parameters": {
        "parameters": (N_("Parameters of a student"), partial(_parameters, "distilled")),
        "teacher_parameters": (N_("Parameters of the teacher"), partial(_parameters, "teacher")),
    },
    "percent": {
        "ensemble_right": (N_("Both teachers together"), _ensemble_right),
        "improbable": (N_("Probability that distilled gives to what its teacher rules out"), _improbable),
        "agreement": (N_("Distilled agrees with the teacher"), partial(_agreement, "distilled")),
        "scratch_agreement": (N_("Scratch agrees with the teacher"), partial(_agreement, "scratch")),
        "train_agreement": (N_("Distilled agrees with the teacher on its training images"), _train_agreement),
        "errors_copied": (N_("Teacher's errors that distilled repeats"), partial(_copied, "distilled")),
        "scratch_errors_copied": (
            N_("Teacher's errors that scratch makes, too"),
            partial(_copied, "scratch"),
        ),
        "omitted_right": (N_("Unseen digits, distilled"), partial(_right_of_omitted, "distilled")),
        "scratch_omitted_right": (N_("Unseen digits, scratch"), partial(_right_of_omitted, "scratch")),
        "omitted_right_biased": (
            N_("Unseen digits, after one correction"),
            partial(_with_best, "distilled", True),
        ),
        "scratch_omitted_right_biased": (
            N_("Unseen digits, scratch after one correction"),
            partial(_with_best, "scratch", True),
        ),
        "right_biased": (N_("All digits, after one correction"), partial(_with_best, "distilled", False)),
        "omitted_right_with": (N_("Unseen digits, with the bias chosen"), partial(_right_with, True)),
        "right_with": (N_("All digits, with the bias chosen"), partial(_right_with, False)),
        "right_with_seen_biased": (
            N_("All digits, after two corrections"),
            partial(_with_best, "distilled", False, seen=True),
        ),
        **{
            f"{prefix}right_{change}": (name, partial(_right_of_changed, model, change))
            for prefix, model in (("", "distilled"), ("scratch_", "scratch"))
            for change, name in _CHANGES.items()
        },
    },
    "nats": {
        "divergence": (N_("KL to the teacher, distilled"), partial(_divergence, "distilled")),
        "scratch_divergence": (N_("KL to the teacher, scratch"), partial(_divergence, "scratch")),
    },
    "points": {
        "late_gain": (N_("What the last fifth of training changes in the gain"), _late_gain),
        **{f"gain_{change}": (name, partial(_gain_of_changed, change)) for change, name in _CHANGES.items()},
    },
    "": {
        "loss_at_first": (N_("Loss in the first epoch"), partial(_loss, 0)),
        "loss_at_last": (N_("Loss in the last epoch"), partial(_loss, -1)),
        "best_bias": (N_("Best bias"), partial(_mean_bias, False)),
        "best_bias_of_seen": (N_("Best bias on the digits it saw"), partial(_mean_bias, True)),
    },
}
MEASURES = {
    name: Measure(label, unit, of) for unit, table in _BY_UNIT.items() for name, (label, of) in table.items()
}


def measure(name: str) -> Measure:
    """Returns a measure by its name, with or without arguments; raises ValueError when there is none."""
    found = MEASURES.get(name.partition(":")[0])
    if found is None:
        raise ValueError(f"There is no measure {quoted(name)}: use {', '.join(MEASURES)}.")
    return found


def measured(name: str, run: MeasuredRun) -> float:
    """Returns what a measure gives of a run; raises ValueError where the run's logits cannot be had."""
    _name, *arguments = name.split(":")
    return float(measure(name).of(run, *arguments))


def value(name: str) -> Value:
    """Returns what a column of an experiment's rows is: a measure, or what follows from the accuracies."""
    return FROM_ACCURACIES.get(name) or measure(name)
