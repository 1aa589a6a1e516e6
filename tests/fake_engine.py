"""An engine that computes nothing: epochs pass, models come out, and tests see what was asked for."""

from __future__ import annotations

import threading
import time
from collections import Counter

import numpy as np

from kd.config import RunConfig
from kd.engine import Abandoned, EngineLost, tasks
from kd.engine.connection import LOST
from kd.training.messages import Checkpoint, Snapshots, Teaching, TrainedModel

LOGITS = np.eye(10, dtype=np.float32)[np.arange(10_000) % 10]


class FakeEngine:
    """The part of kd.engine.Engine that Dispatch and its runs need.

    `trained` counts the computed epochs by model id and epoch; `begun` lists the model of each attempt.
    An epoch lasts `seconds_an_epoch`, also if that changes meanwhile, and ends early when its run is to stop.
    So many attempts as `lose_next` says are lost, none of them at the same model, which would fail then.
    Once a test has set `released`, an epoch ends when it calls `release`, and a task gives way at once.
    """

    def __init__(self, at_once: int = 1, seconds_an_epoch: float = 0.005):
        self.at_once, self.seconds_an_epoch = at_once, seconds_an_epoch
        self.begun: list[str] = []
        self.trained: Counter = Counter()
        self.lose_next = 0
        self.lost: set[str] = set()
        self.training: Counter = Counter()
        self.most_at_once: Counter = Counter()
        self.released: dict[str, threading.Semaphore] | None = None
        self._lock = threading.Lock()

    def workers(self) -> dict[tuple[str, ...], int]:
        return {("student",): 2 * self.at_once, ("teacher",): 1}

    def students_at_once(self) -> int:
        return 2 * self.at_once

    def look_for_workers(self):
        pass

    def attempt(self, token, hear, should_stop):
        return FakeAttempt(self, token.rpartition("-")[0], hear, should_stop)

    def close(self):
        pass

    def loses(self, key: str) -> bool:
        with self._lock:
            if not self.lose_next or key in self.lost:
                return False
            self.lose_next -= 1
            self.lost.add(key)
            return True

    def release(self, key: str, epochs: int) -> None:
        self.released.setdefault(key, threading.Semaphore(0)).release(epochs)

    def is_over(self, key: str, since: float) -> bool:
        """Whether an epoch that began then has ended."""
        if self.released is None:
            return time.monotonic() >= since + self.seconds_an_epoch
        return self.released.setdefault(key, threading.Semaphore(0)).acquire(blocking=False)

    def count(self, resource: str, change: int) -> None:
        with self._lock:
            self.training[resource] += change
            self.most_at_once[resource] = max(self.most_at_once[resource], self.training[resource])


class FakeAttempt:
    is_here = True

    def __init__(self, engine: FakeEngine, key: str, hear, should_stop):
        self._engine, self._key, self._hear, self._should_stop = engine, key, hear, should_stop
        self._yielding = False

    def submit(self, task, *arguments, resource):
        return task, arguments, resource

    def result(self, future):
        task, arguments, resource = future
        if task is tasks.teaching:
            return Teaching(LOGITS[: arguments[1]["train_size"]])
        if task is tasks.milliseconds:
            return (0.1,) * len(arguments[0])
        assert task is tasks.train
        config, _data, name, _teaching, _measured, looks, checkpoint = arguments
        self._engine.begun.append(self._key)
        self._engine.count(resource, 1)
        try:
            return self._train(RunConfig.from_mapping(config), name, looks, checkpoint)
        finally:
            self._engine.count(resource, -1)

    def request_yield(self):
        self._yielding = True

    def close(self):
        pass

    def _train(self, config, name, looks, checkpoint):
        epochs = config.teacher_epochs if name == "teacher" else config.epochs
        history = list(checkpoint.history) if checkpoint else []
        self._hear({"event": "begin", "model": name, "history": list(history)})
        for epoch in range(len(history) + 1, epochs + 1):
            end_of_last = time.monotonic()
            while not (self._should_stop() or self._engine.is_over(self._key, end_of_last)):
                if self._yielding and self._engine.released is not None:
                    return Checkpoint(name, epoch - 1, (), (), history)
                time.sleep(min(0.002, self._engine.seconds_an_epoch))
            if self._should_stop():
                raise Abandoned
            if self._engine.loses(self._key):
                raise EngineLost(LOST)
            self._engine.trained[self._key, epoch] += 1
            event = {"event": "epoch", "model": name, "epoch": epoch, "epochs": epochs, "val_accuracy": 0.1}
            history.append(event)
            self._hear(event)
            if self._yielding and epoch < epochs:
                return Checkpoint(name, epoch, (), (), history)
        snapshots = None
        if looks:
            snapshots = Snapshots()
            snapshots.times, snapshots.logits = [1.0], [LOGITS[:2].astype(np.float16)]
            snapshots.weights, snapshots.accuracies = [np.zeros(3, np.float16)], [0.1]
        return TrainedModel(
            name=name,
            keras_file=name.encode(),
            test_logits=LOGITS,
            history=history,
            parameters=3,
            seconds=1.0,
            evaluation_seconds=0.5,
            snapshots=snapshots,
        )
