"""Training without the Lab: one model after the other, on one core, in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from kd.config import RunConfig
from kd.engine.tasks import prepare
from kd.pictures.training_set import places
from kd.teachers.logits import shipped_logits


class Alone(NamedTuple):
    """Seconds of one training: all of it, with a last look at the test images, and its steps alone."""

    whole: float
    steps: float


class TrainingAlone:
    """Open with `with`. Nothing is stored; a model's teacher must be one that comes with the project."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, initializer=_begin)

    def __enter__(self) -> TrainingAlone:
        return self

    def __exit__(self, *exception) -> None:
        self._pool.shutdown()

    def train(self, config: RunConfig, name: str) -> Alone:
        """Train a run's 'distilled' or 'scratch' student. The first of a kind is traced, which takes long."""
        return Alone(*self._pool.submit(_train, config.to_dict(), name).result())


def _begin() -> None:
    os.environ["KD_THREADS"] = "1"
    prepare()


def _train(values: dict, name: str) -> tuple[float, float]:
    from kd.training.compiled import ATTENTION
    from kd.training.student import never, train_model
    from kd.training.teaching import Teaching

    config = RunConfig.from_mapping(values)
    logits = shipped_logits(config.teacher)["train"][places(config)]
    attention = None
    if (
        config.objective_class.compares_attention
    ):  # of no teacher in particular: what it is makes no difference
        attention = np.random.default_rng(0).random((config.train_size, ATTENTION), np.float32)
    started = time.perf_counter()
    trained = train_model(config, name, Teaching(logits, attention), _deaf, never, looks=False)
    return time.perf_counter() - started, trained.seconds - trained.evaluation_seconds


def _deaf(event: dict) -> None:
    """Hears of the training's events."""
