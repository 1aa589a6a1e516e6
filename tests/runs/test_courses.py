"""Courses that were not kept are trained in the background: in order, each once, whatever fails."""

from __future__ import annotations

import threading
import time

import pytest

from kd.runs.courses import COMING, KEPT, MISSING, Courses

PATIENCE = 60


class Trainer:
    """Trains a run as soon as it may, and keeps what it has trained."""

    def __init__(self):
        self.trained, self.may = [], threading.Semaphore(0)
        self.troubles, self.begun = {}, threading.Event()
        self.courses = Courses(self.trained.__contains__, self.train)

    def train(self, run_id):
        self.begun.set()
        assert self.may.acquire(timeout=PATIENCE)
        if run_id in self.troubles:
            raise self.troubles[run_id]
        self.trained.append(run_id)

    def states(self):
        return "".join({KEPT: "k", COMING: "c", MISSING: "m"}[self.courses.state(run_id)] for run_id in "abc")

    def until(self, states):
        deadline = time.monotonic() + PATIENCE
        while self.states() != states:
            assert time.monotonic() < deadline, self.states()
            time.sleep(0.002)


@pytest.fixture
def trainer():
    return Trainer()


def test_they_come_one_after_the_other_and_each_once(trainer):
    assert trainer.states() == "mmm"
    trainer.courses.want("ab")
    trainer.courses.want("bac")
    assert trainer.states() == "ccc"
    for states in ("kcc", "kkc", "kkk"):
        trainer.may.release()
        trainer.until(states)
    assert trainer.trained == ["a", "b", "c"]


def test_one_that_fails_says_why_and_can_be_asked_for_again(trainer):
    trainer.troubles = {"a": ValueError("The teacher is gone."), "b": RuntimeError("oops")}
    trainer.courses.want("abc")
    trainer.may.release(3)
    trainer.until("mmk")
    assert trainer.courses.failure("a") == "The teacher is gone."
    assert trainer.courses.failure("b") == "RuntimeError: oops"
    assert trainer.courses.failure("c") == ""
    trainer.troubles = {}
    trainer.courses.want("a")
    assert trainer.courses.failure("a") == ""
    trainer.may.release()
    trainer.until("kmk")


def test_after_closing_nothing_begins(trainer):
    trainer.courses.want("ab")
    assert trainer.begun.wait(PATIENCE)
    trainer.courses.close()
    trainer.courses.want("c")
    trainer.may.release(3)
    trainer.until("kmm")
