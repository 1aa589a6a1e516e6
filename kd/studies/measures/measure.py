"""Measure: a number that a finished run gives, and what it is computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.config import RunConfig
from kd.pictures.mnist import load_mnist

if TYPE_CHECKING:
    from kd.networks.numpy_model import NumpyModel


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
        """Of all test pictures, by model."""
        return self.read_logits()

    @cached_property
    def models(self) -> Mapping[str, NumpyModel]:
        """The three networks."""
        return self.read_models()

    @property
    def labels(self) -> np.ndarray:
        """What the test pictures show, (10000,)."""
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
