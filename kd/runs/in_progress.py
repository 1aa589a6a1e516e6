"""The runs of this process that have not ended: who wants which, how they begin, stop and end."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable

from kd.base.unusable import Unusable
from kd.config import NOBODY, RunConfig
from kd.runs.run import Seconds, Training, Wish, ending_of
from kd.runs.scheduler import AHEAD, PERSON, Scheduler
from kd.runs.state import RunView
from kd.runs.tasks import Timings
from kd.store.store import Store
from kd.text.endings import Ending

log = logging.getLogger("kd")

MOST_WAITING = 20
STOPPED_WAITING, STOPPED = Ending("stopped while waiting"), Ending("stopped")
# Other processes cannot tell us: how often to look whether one wants a run stopped, or has ended one.
SECONDS_BETWEEN_LOOKS = 0.5


class RunsInProgress:
    """Runs whose end is not stored yet, each once, however many want it. Thread-safe.

    The store is asked without holding the lock: waiting for the disk delays no other run.
    """

    def __init__(
        self, store: Store, scheduler: Scheduler, seconds: Seconds, ended: Callable[[str, bool], None]
    ):
        """ended: called with the id of each run that ends, and whether a person wanted it."""
        self._store, self._scheduler, self._seconds, self._ended = store, scheduler, seconds, ended
        self._timings = Timings()
        self._lock = threading.Lock()
        self._runs: dict[str, Training] = {}
        self._elsewhere: dict[str, tuple[RunConfig, dict[str, Wish]]] = {}
        self._neighbours: threading.Thread | None = None
        self._closing = threading.Event()

    def want(
        self, config: RunConfig, who: str, wish: Wish, is_followed: bool = False, person: str = NOBODY
    ) -> None:
        """Wants a run, for a person or for a study: it begins, or is joined where it is in progress.

        is_followed: whether to look at its students while they learn. person: whose it is to be. Raises
        ValueError when this person has MOST_WAITING runs waiting; OSError when it cannot be recorded.
        """
        run_id = config.run_id
        with self._lock:
            if self._closing.is_set():
                return
            training = self._active(run_id)
            if wish.urgency == PERSON and not (training and who in training.wishes):
                self._check_room(who)
            is_new = training is None
            if training is None:
                parts = self._store, self._scheduler, self._timings, self._seconds, self._job_ended
                training = self._runs[run_id] = Training(config, *parts, is_followed)
            training.wishes[who] = wish
        training.wishes_changed()
        if is_new:
            self._begin(training, person)
        elif wish.urgency < AHEAD:
            self._store.runs.ask_for(run_id, person=person)

    def change(self, run_id: str, who: str, is_paused: bool) -> None:
        """Pauses or resumes an interest in a run."""
        with self._lock:
            training = self._active(run_id)
            if training is None or who not in training.wishes:
                return
            training.wishes[who].is_paused = is_paused
        training.wishes_changed()

    def stop(self, run_id: str, who: str | None = None, wish: Wish | None = None) -> bool:
        """Withdraws an interest, all of them for None, or only this wish; returns whether the run ends."""
        with self._lock:
            training = self._active(run_id)
            _config, elsewhere = self._elsewhere.get(run_id, (None, {}))
            wishes = elsewhere if training is None else training.wishes
            if wish is not None and wishes.get(who or NOBODY) is not wish:
                return False
            if who is None or elsewhere.keys() <= {who}:
                self._elsewhere.pop(run_id, None)
            else:
                elsewhere.pop(who, None)
            if training is None:
                return False
            if who is not None:
                training.wishes.pop(who, None)
            goes_on = who is not None and bool(training.wishes)
            training.is_stopping = not goes_on
        if goes_on:
            training.wishes_changed()
            return False
        waited = training.view().phase == "queued"
        if training.job.stop():
            self._end(training, "stopped", STOPPED_WAITING if waited else STOPPED)
        return True

    def view(self, run_id: str) -> RunView | None:
        """Returns a run of this process as it is now, or None if it is not one of them."""
        training = self._runs.get(run_id)
        return None if training is None else training.view()

    def forget(self, run_id: str) -> None:
        """Forgets a run that has ended, because it was deleted."""
        with self._lock:
            if run_id in self._runs and not self._runs[run_id].state.active:
                del self._runs[run_id]

    def anybody_else_waits(self, person: str) -> bool:
        """Returns whether a person other than this one waits for a run to begin."""
        return self._scheduler.anybody_else_waits(person)

    def is_idle(self) -> bool:
        """Returns whether nothing that anybody asked for waits or is computed."""
        with self._lock:
            trainings = list(self._runs.values())
        asked = (training for training in trainings if training.is_asked_for and training.state.active)
        return all(training.job.interest.is_paused for training in asked) and self._scheduler.is_idle()

    def close(self) -> None:
        """Ends every run; those that had not ended are interrupted."""
        self._closing.set()
        with self._lock:
            active = [training for training in self._runs.values() if training.state.active]
        for training in active:
            if training.job.stop():
                self._end(training, "interrupted", Ending("interrupted"))

    def wait_closed(self, timeout: float) -> None:
        """Waits after `close` until nothing is stored any more, or `timeout` seconds pass."""
        deadline = time.monotonic() + timeout
        self._scheduler.wait_closed(timeout)
        if self._neighbours is not None:
            self._neighbours.join(max(0.0, deadline - time.monotonic()))

    def _active(self, run_id: str) -> Training | None:
        """Returns the run with this id if it can still be joined, else None. Called with the lock held."""
        training = self._runs.get(run_id)
        can_join = training is not None and training.state.active and not training.is_stopping
        return training if can_join else None

    def _check_room(self, person: str) -> None:
        """Raises ValueError when this person has MOST_WAITING runs waiting. Called with the lock held."""
        if person == NOBODY:
            return
        mine = [training for training in self._runs.values() if person in training.wishes]
        if sum(self._scheduler.place(training.job.interest) is not None for training in mine) >= MOST_WAITING:
            raise Unusable(
                "You already have {count} runs waiting, the most allowed: "
                "stop one of them, or wait until one starts.",
                count=MOST_WAITING,
            )

    def _begin(self, training: Training, person: str) -> None:
        config, run_id = training.config, training.config.run_id
        self._look_at_neighbours()
        for_person = training.is_a_persons
        try:
            with contextlib.nullcontext() if for_person else self._store.waiting():
                claim = self._store.runs.claim(run_id, config, training.is_asked_for, person)
        except OSError as error:
            self._settle(training, ending_of(error, f"run {run_id}"), status="failed")
            if for_person:
                raise
            return
        if claim is None and self._store.runs.worker(run_id) != "elsewhere":
            # nobody asked for it and it was deleted, or another process has ended it just now
            self._settle(training, None if self._store.runs.has(run_id) else STOPPED, "stopped")
            return
        if claim is None:
            with self._lock:
                self._elsewhere.setdefault(run_id, (config, {}))[1].update(training.wishes)
                training.state.enter("done", "interrupted")
                self._runs.pop(run_id, None)
            return
        training.claim = claim
        if not training.state.active:  # it was stopped in the meantime
            self._store.runs.end(run_id, claim, "stopped", STOPPED_WAITING.stored())
            return
        log.info("run %s begins: %s", run_id, _described(config))
        training.job.go_on()

    def _job_ended(self, training: Training, ending: Ending | None) -> None:
        if ending is None:
            log.info("run %s finished", training.config.run_id)
            self._settle(training, None)
        else:
            self._end(training, "failed", ending)

    def _end(self, training: Training, status: str, ending: Ending) -> None:
        """Records that a run ended without a result."""
        run_id = training.config.run_id
        log.info("run %s %s: %s", run_id, status, ending.english)
        is_stored = True
        try:
            with self._store.waiting():
                self._store.runs.end(run_id, training.claim, status, ending.stored())
        except OSError as error:
            is_stored = False  # only this process knows
            log.error("run %s: its end could not be recorded (%s)", run_id, error)
        self._settle(training, ending, status, is_stored)

    def _settle(
        self, training: Training, ending: Ending | None, status: str = "finished", is_stored: bool = True
    ) -> None:
        """Leaves a run that has ended to the store, and tells those who wanted it."""
        training.state.enter("done", status, ending=ending)
        run_id = training.config.run_id
        with self._lock:
            if self._runs.get(run_id) is training and is_stored:
                del self._runs[run_id]
            wishes, by_person = list(training.wishes.values()), training.is_a_persons
        for wish in wishes:
            wish.ended(ending)
        if not self._closing.is_set():
            self._ended(run_id, by_person)

    def _look_at_neighbours(self) -> None:
        with self._lock:
            if self._neighbours is None and not self._closing.is_set():
                look = threading.Thread(target=self._watch_neighbours, name="kd-neighbours", daemon=True)
                self._neighbours = look
                look.start()

    def _watch_neighbours(self) -> None:
        """Stops runs at the wish of other processes, and goes on with those that they have ended."""
        while not self._closing.wait(SECONDS_BETWEEN_LOOKS):
            with self._lock:
                if not (self._runs or self._elsewhere):
                    self._neighbours = None
                    return
                elsewhere = list(self._elsewhere)
            with contextlib.suppress(OSError):  # try again next time
                for run_id in self._store.runs.asked_to_stop():
                    log.info("run %s is being stopped: another process asked for it", run_id)
                    self.stop(run_id)
                for run_id in elsewhere:
                    if self._store.runs.worker(run_id) != "elsewhere":
                        self._come_back(run_id)

    def _come_back(self, run_id: str) -> None:
        """Computes a run here for studies that another process has ended without a result."""
        with self._lock:
            config, wishes = self._elsewhere.pop(run_id)
        for who, wish in wishes.items():
            if self._store.runs.has(run_id):
                wish.ended(None)
            elif wish.urgency > PERSON:
                self.want(config, who, wish)


def _described(config: RunConfig) -> str:
    """Returns what differs from the default, in words for the log."""
    default = RunConfig().to_dict()
    changed = [f"{name} {value}" for name, value in config.to_dict().items() if value != default[name]]
    return ", ".join(changed) or "the default setting"
