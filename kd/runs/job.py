"""One run from start to stored result: its three models, side by side where they can be, and a comparison."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from kd.config import STUDENTS, RunConfig
from kd.engine import Abandoned, EngineLost, WorkerLost
from kd.networks.architectures import student_architecture
from kd.run_fields import has_fresh_teacher
from kd.runs.orders import Teacher, Timings, model_order, teachers_of
from kd.runs.queue import NOBODY
from kd.runs.result import not_stored, run_record
from kd.runs.state import RunState
from kd.runs.work.piece import AHEAD, PERSON, Order, Share
from kd.runs.workshop import Workshop
from kd.store.store import Store
from kd.text.endings import Ending
from kd.text.translation import _
from kd.training.teaching import Teaching, averaged
from kd.unusable import Unusable

log = logging.getLogger("kd")

SECONDS_BETWEEN_ATTENDING = 1.0
STOPPED_WAITING = Ending("stopped while waiting")
STOPPED = Ending("stopped")


class GaveWay(Exception):
    """Others are waiting: the run continues at its next turn."""


class RunJob:
    """Computes one run and stores it; `state` shows its progress."""

    def __init__(
        self,
        config: RunConfig,
        store: Store,
        workshop: Workshop,
        timings: Timings,
        trained: Callable[[RunJob], None],
        attend: Callable[[RunJob], None],
        urgency: int = PERSON,
        looks: bool = True,
        person: str = NOBODY,
        study: str = "",
    ):
        """
        Args:
            trained: called when the run no longer needs the engine and only has to be stored.
            attend: called about once a second while the run is computed, from its thread.
            urgency: of its orders.
            looks: whether to look at its students while they train.
            person: whose it is to be.
            study: for which it is begun, if for any.
        """
        self.state = RunState(config)
        self.config = config
        self.turn_began: float | None = None
        self.is_computing = False
        self.end_is_noted = False
        self.stamp: float | None = None
        self.is_held = False
        self._store, self._workshop, self._timings = store, workshop, timings
        self._trained, self._attend = trained, attend
        self._urgency, self._person, self._study = urgency, person, study
        self._looks, self._keeps_events = looks, urgency == PERSON
        self._attended = 0.0
        self._is_giving_way = False
        self._shares: dict[str, Share] = {}
        self._cached: set[str] = set()

    def claim(self) -> bool:
        """Take it for this process, in the index; False if another process is computing it.

        Raises:
            OSError: when that cannot be recorded.
        """
        asked = self.is_asked_for
        self.stamp = self._store.runs.claim(self.config.run_id, self.config, asked, self._person)
        ours = self.stamp is not None
        if self.is_asked_for != asked:  # somebody came at this moment
            self._store.runs.ask_for(self.config.run_id, person=self._person)
        self.end_is_noted = not ours  # by whoever computes it
        return ours

    def run(self) -> bool:
        """Compute the run, or its next turn; every outcome is recorded in `state`, none raises an exception.

        Returns:
            Whether the run has ended; False if it gave up its place and needs another turn.
        """
        run_id = self.config.run_id
        log.info("run %s %s", run_id, "started" if self.turn_began is None else "continues")
        self.turn_began, self.is_computing = time.monotonic(), True
        status, ending = "finished", None
        try:
            self._store.runs.set_running(run_id)
            self.state.enter("starting")
            self._is_giving_way = False
            result = self._compute()
            self.end_is_noted = True
            self.state.enter("done", "finished", result=result)
        except GaveWay:
            log.info("run %s gives up its place: others are waiting", run_id)
            for share in self._shares.values():
                self._workshop.pause(share)
            self.is_computing = False
            return False
        except Abandoned:
            status, ending = "stopped", STOPPED
        except (EngineLost, WorkerLost, ValueError) as error:
            # of a run that was stopped, nothing was lost
            status, ending = ("stopped", STOPPED) if self.is_stopping else ("failed", Ending.of(error))
        except OSError as error:
            status, ending = "failed", not_stored(error)
        except Exception as error:
            log.exception("run %s failed", run_id)
            status = "failed"
            ending = Ending("unexpected", {"error": f"{type(error).__name__}: {error}"})
        self._leave()
        self.is_computing = False
        if ending is not None:
            self.end(status, ending)
        log.info("run %s %s%s", run_id, status, f": {ending.english}" if ending else "")
        return True

    def stop(self) -> None:
        """End the run soon, whatever its phase; returns at once."""
        self.state.stop_requested.set()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self.state.stop_requested.is_set()

    def give_way(self) -> None:
        """Leave the engine soon, to continue later where it was; returns at once."""
        self._is_giving_way = True

    def hurry(self, urgency: int = PERSON) -> None:
        """Somebody wants it with this urgency, whoever asked for it first, and whoever holds it."""
        self.go_on()
        self._urgency = min(self._urgency, urgency)
        for share in list(self._shares.values()):
            self._workshop.hurry(share, urgency)

    def hold(self) -> None:
        """Let it rest until `go_on`; what is computed so far is kept."""
        self.is_held = True
        for share in list(self._shares.values()):
            self._workshop.pause(share)

    def go_on(self) -> None:
        """After `hold`."""
        if self.is_held:
            self.is_held = False
            for share in list(self._shares.values()):
                self._workshop.resume(share)

    @property
    def is_asked_for(self) -> bool:
        """Whether anybody has asked for it."""
        return self._urgency < AHEAD

    @property
    def waits_for_teachers_worker(self) -> bool:
        """Whether others keep the worker that trains teachers from it."""
        shares = [self._shares.get(name) for name in ("teacher", "teaching 1", "teaching 2")]
        return any(share is not None and self._workshop.waits_for_worker(share) for share in shares)

    def seconds_left(self, estimate: Callable[[RunConfig], float | None]) -> float | None:
        """About how many more seconds it computes: at its pace, or else by this estimate; None if unknown."""
        progress, left = self.state.outlook()
        if left is None:
            length = estimate(self.config)
            left = None if length is None else length * (1 - progress)
        return left

    def seconds_of_turn(self, left: float, turn: float) -> float:
        """How much of the `left` seconds it computes before it gives way, at the end of an epoch."""
        progress, _left = self.state.outlook()
        had = time.monotonic() - self.turn_began if self.is_computing and self.turn_began else 0.0
        epoch = left / max(1.0, self.config.epochs * (1 - progress))
        return min(left, max(0.0, turn - had) + epoch)

    def end(self, status: str, ending: Ending) -> None:
        """Record that the run ended without a result, in the index and then in `state`."""
        try:
            if self.stamp is not None:
                self._store.runs.end(self.config.run_id, self.stamp, status, ending.stored())
            self.end_is_noted = True
        except Exception as error:
            log.error("run %s: its end could not be recorded (%s)", self.config.run_id, error)
        self.state.enter("done", status, ending)

    def end_waiting(self) -> None:
        """Record that the run was stopped while it waited for its turn."""
        self._leave()
        self.end("stopped", STOPPED_WAITING if self.turn_began is None else STOPPED)

    def _compute(self) -> dict[str, Any]:
        """Everything a run takes, side by side where one does not need the other."""
        config = self.config
        for name in ("teacher", *STUDENTS):
            self._know(name)
        if has_fresh_teacher(config):
            self._train("teacher")
        self._train("scratch")
        if has_fresh_teacher(config):
            self._wait_for_teacher()
        teachers = teachers_of(config, self._store)
        teacher = teachers[0]
        self.state.know("teacher", teacher.record["history"], teacher.record["test_accuracy"])
        self._train("distilled", lambda: self._teaching(teachers))
        self.state.enter("students")
        self._wait(*STUDENTS)
        self.state.enter("evaluating")
        milliseconds = self._milliseconds(teacher)
        self._trained(self)
        record = self._record(teacher, milliseconds)
        self._check()
        # perhaps only since it was begun
        self._store.runs.finish(config.run_id, self.stamp, record, self.is_asked_for or None)
        return record["result"]

    def _know(self, name: str) -> None:
        """Take over a model that is stored already."""
        is_included = name == "teacher" and not has_fresh_teacher(self.config)
        if is_included or name in self._shares or name in self._cached:
            return
        stored = self._store.models.get(self.config.model_ids[name])
        if stored is not None:
            self._cached.add(name)
            self.state.know(name, stored[0]["history"], stored[0]["test_accuracy"])

    def _train(self, name: str, teaching: Callable[[], Teaching | None] = lambda: None) -> None:
        """Order a model, unless it is stored; one that was ordered in an earlier turn goes on."""
        self._know(name)  # perhaps another run has had it trained
        if name in self._shares:
            self._resume(self._shares[name])
        elif name not in self._cached:
            if name == "teacher":
                self.state.expect_teacher()
            order = model_order(self.config, name, self._store, teaching(), self._looks)
            self._want(name, order)

    def _wait(self, *names: str) -> None:
        shares = [self._shares[name] for name in names if name in self._shares]
        self._workshop.results(shares, self._check)

    def _wait_for_teacher(self) -> None:
        if "teacher" in self._shares:
            self.state.enter("awaiting teacher" if self.waits_for_teachers_worker else "teacher")
            self._wait("teacher")

    def _teaching(self, teachers: list[Teacher]) -> Teaching | None:
        """What the distilled student learns from its teacher, or from two."""
        if not self.config.learns_from_teacher:
            return None
        return averaged([self._answers(f"teaching {n}", each) for n, each in enumerate(teachers, 1)])

    def _answers(self, name: str, teacher: Teacher) -> Teaching:
        found = teacher.teaching()
        if found is not None:
            return found
        self.state.enter("soft targets")
        return self._ordered(name, teacher.order())

    def _milliseconds(self, teacher: Teacher) -> dict[str, float]:
        student = student_architecture(self.config)
        return self._timings.of(
            {"teacher": teacher.architecture, "student": student}, lambda order: self._ordered("time", order)
        )

    def _ordered(self, name: str, order: Order) -> Any:
        """The value of an order that is no model."""
        if name not in self._shares:
            self._want(name, order)
        self._resume(self._shares[name])
        return self._workshop.result(self._shares[name], self._check)

    def _want(self, name: str, order: Order) -> None:
        asked = self._urgency, self._study, self.is_held
        share = self._shares[name] = self._workshop.want(order, self._hear, *asked)
        if share.urgency != self._urgency:  # somebody hurried it at this moment
            self._workshop.hurry(share, self._urgency)
        if self.is_held != share.is_paused:  # or held it
            (self._workshop.pause if self.is_held else self._workshop.resume)(share)

    def _resume(self, share: Share) -> None:
        """Go on with an order of an earlier turn, unless the run is held."""
        if not self.is_held:
            self._workshop.resume(share)

    def _record(self, teacher: Teacher, milliseconds: dict[str, float]) -> dict[str, Any]:
        ids, store = self.config.model_ids, self._store
        trained = {name: found for name in STUDENTS if (found := store.models.record(ids[name])) is not None}
        logits = {name: rows for name in ids if (rows := store.models.logits(ids[name])) is not None}
        if len(trained) < len(STUDENTS) or len(logits) < len(ids):
            raise Unusable(_("A model of run {run} was removed: train it again.", run=self.config.run_id))
        records = {"teacher": teacher.record, **trained}
        cached = {name for name in ("teacher", *STUDENTS) if name not in self._shares}
        return run_record(self.state.view(), records, logits, milliseconds, cached)

    def _hear(self, event: dict[str, Any]) -> None:
        if event["event"] == "lost":
            self.state.enter("reconnecting")
            return
        if event["model"] == "teacher" or self.state.phase == "reconnecting":
            self.state.enter("teacher" if event["model"] == "teacher" else "students")
        self.state.hear(event)
        if event["event"] == "progress" or not self._keeps_events:
            return
        try:
            self._store.runs.add_event(self.config.run_id, event)
        except OSError as error:  # those who watch in this process still see it
            log.warning("run %s: an epoch could not be recorded (%s)", self.config.run_id, error)

    def _leave(self) -> None:
        """Give up what was ordered, unless others want it too."""
        for share in self._shares.values():
            self._workshop.leave(share)
        self._shares.clear()

    def _check(self) -> None:
        """Called while the run waits for the workshop."""
        self._check_stop()
        if self._is_giving_way:
            raise GaveWay

    def _should_stop(self) -> bool:
        now = time.monotonic()
        if now - self._attended >= SECONDS_BETWEEN_ATTENDING:
            self._attended = now
            self._attend(self)
        return self.is_stopping

    def _check_stop(self) -> None:
        if self._should_stop():
            raise Abandoned
