"""An engine whose tasks take steps when a test says so."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from kd.engine import Abandoned, EngineLost
from kd.engine.connection import LOST
from kd.runs.scheduler import Interest, Task
from kd.training.messages import Checkpoint


@dataclass
class Bench:
    """begun: the key of each attempt. steps: the steps taken, by key. lose: how many attempts to lose."""

    students: int = 1
    steps: list[tuple[str, int]] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    go: dict[str, threading.Semaphore] = field(default_factory=dict)
    lose: int = 0

    def workers(self) -> dict[str, int]:
        return {"student": self.students, "teacher": 1}

    def attempt(self, token, hear, should_stop):
        return BenchAttempt(self, token.rpartition("-")[0], hear, should_stop)

    def release(self, key: str, steps: int) -> None:
        for _ in range(steps):
            self.go.setdefault(key, threading.Semaphore(0)).release()


class BenchAttempt:
    def __init__(self, bench, key, hear, should_stop):
        self.bench, self.key, self.hear, self.should_stop = bench, key, hear, should_stop
        self.yielding = threading.Event()

    def submit(self, length, checkpoint):
        return length, checkpoint

    def result(self, future):
        length, checkpoint = future
        done = checkpoint.epoch if checkpoint else 0
        history = [self.epoch(n + 1, length) for n in range(done)]
        self.bench.begun.append(self.key)
        self.hear({"event": "begin", "model": self.key, "history": history})
        while done < length:
            go = self.bench.go.setdefault(self.key, threading.Semaphore(0))
            while not go.acquire(timeout=0.005):
                if self.should_stop():
                    raise Abandoned
                if self.yielding.is_set():
                    return Checkpoint(self.key, done, (), ())
                if self.bench.lose:
                    self.bench.lose -= 1
                    raise EngineLost(LOST)
            done += 1
            self.bench.steps.append((self.key, done))
            self.hear(self.epoch(done, length))
        return f"{self.key} is ready"

    def epoch(self, number, epochs):
        return {"event": "epoch", "model": self.key, "epoch": number, "epochs": epochs}

    def request_yield(self):
        self.yielding.set()

    def close(self):
        pass


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Wants(Interest):
    """An interest that remembers what it heard and how its tasks ended."""

    def __init__(self, person: str = "ann", urgency: int = 0, is_paused: bool = False):
        self.heard: list[dict] = []
        self.ends: dict[str, tuple] = {}
        super().__init__(self.heard.append, self.end, frozenset({person}), urgency, is_paused)

    def end(self, key, value, error):
        self.ends[key] = value, error


def task(key: str, length: int = 2, resource: str = "student", **rest) -> Task:
    """A task of so many steps."""
    return Task(key, resource, lambda attempt, checkpoint: attempt.submit(length, checkpoint), **rest)
