"""An engine that computes nothing: epochs pass, models come out, and tests see what was asked for."""

from __future__ import annotations

import threading
import time
from collections import Counter

import numpy as np

from kd.engine import Abandoned, EngineLost, tasks
from kd.engine.attempt import LOST
from kd.training.checkpoint import Checkpoint
from kd.training.snapshots import Snapshots
from kd.training.trained_model import TrainedModel

LOGITS = np.eye(10, dtype=np.float32)[np.arange(10_000) % 10]


class FakeEngine:
    """The part of kd.engine.Engine that Dispatch and RunJob need. One worker trains teachers, as in reality.

    `trained` counts the computed epochs by run, model and epoch; `begun` lists the run of each attempt.
    """

    def __init__(self, at_once: int = 1, seconds_an_epoch: float = 0.005):
        self.at_once, self.seconds_an_epoch = at_once, seconds_an_epoch
        self.begun: list[str] = []
        self.trained: Counter = Counter()
        self.lose_next = 0
        self.teachers_worker = threading.Lock()

    def runs_at_once(self) -> int:
        return self.at_once

    def attempt(self, token, hear, should_stop):
        self.begun.append(token.partition("-")[0])
        return FakeAttempt(self, self.begun[-1], hear, should_stop)


class FakeAttempt:
    def __init__(self, engine: FakeEngine, run_id: str, hear, should_stop):
        self._engine, self._run_id, self._hear, self._should_stop = engine, run_id, hear, should_stop
        self._yielding = False

    def submit(self, task, *arguments, resource):
        return task, arguments

    def result(self, future):
        task, arguments = future
        if task is tasks.fresh_teacher:
            config, _, checkpoint = arguments
            while not self._engine.teachers_worker.acquire(timeout=0.01):
                self._look()
            try:
                return self._train("teacher", config["teacher_epochs"], config["train_size"], checkpoint)
            finally:
                self._engine.teachers_worker.release()
        if task is tasks.student:
            config, name, _, checkpoint = arguments
            return self._train(name, config["epochs"], config["train_size"], checkpoint)
        if task is tasks.soft_targets:
            return {"train": LOGITS[: arguments[1]], "test": LOGITS}
        return {"teacher": 1.0, "student": 0.1}

    def request_yield(self):
        self._yielding = True

    def close(self):
        pass

    def _look(self):
        if self._should_stop():
            raise Abandoned

    def _train(self, name, epochs, size, checkpoint):
        history = list(checkpoint.history) if checkpoint else []
        self._hear({"event": "begin", "model": name, "history": list(history)})
        for epoch in range(len(history) + 1, epochs + 1):
            time.sleep(self._engine.seconds_an_epoch)
            self._look()
            if self._engine.lose_next:
                self._engine.lose_next -= 1
                raise EngineLost(LOST)
            self._engine.trained[self._run_id, name, epoch] += 1
            event = {"event": "epoch", "model": name, "epoch": epoch, "epochs": epochs, "val_accuracy": 0.1}
            history.append(event)
            self._hear(event)
            if self._yielding and epoch < epochs:
                return Checkpoint(name, epoch, (), (), history)
        snapshots = Snapshots([1.0], [LOGITS[:2].astype(np.float16)], [np.zeros(3, np.float16)], [1.0])
        return TrainedModel(name, name.encode(), LOGITS, history, 3, 1.0, 0.5, snapshots, LOGITS[:size])
