"""Batch: many runs for one purpose, a few more at a time than can train."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from kd.config import NOBODY, RunConfig
from kd.runs.in_progress import RunsInProgress
from kd.runs.run import Wish, ending_of
from kd.runs.scheduler import STUDY
from kd.text.endings import Ending

# How often to try again where a run could not be stored because the disk was full.
SECONDS_FOR_ROOM = 5.0
FULL = "disk full"


class Batch:
    """Feeds runs in as others end. Thread-safe.

    done: the ids of the runs that are stored, those that were there before included; reused: the latter.
    failed: run id → why. waits_for_room: whether the disk is full. seconds_paused: how long it has rested.
    """

    def __init__(
        self,
        runs: RunsInProgress,
        who: str,
        ended: Callable[[], None],
        urgency: int = STUDY,
        person: str = NOBODY,
        is_followed: bool = False,
    ):
        """
        ended: called once, when no run is left or it is stopped. person: whose the runs are to be.
        """
        self.who, self.urgency, self.person = who, urgency, person
        self.done: set[str] = set()
        self.reused: set[str] = set()
        self.failed: dict[str, Ending] = {}
        self.waits_for_room = self.is_paused = self.is_stopped = False
        self.seconds_paused = 0.0
        self._paused_at = 0.0
        self._runs, self._ended, self._is_followed = runs, ended, is_followed
        self._lock = threading.Lock()
        self._waiting: deque[RunConfig] = deque()
        self._in_progress: dict[str, Wish] = {}
        self._most = 0
        self._is_started = self._is_feeding = self._is_over = self._is_holding = False

    def start(self, configs: Iterable[RunConfig], is_stored: Callable[[RunConfig], bool], most: int) -> None:
        """Begins the missing runs, `most` at a time; returns when these are in progress."""
        by_id = {config.run_id: config for config in configs}
        self.reused = {run_id for run_id, config in by_id.items() if is_stored(config)}
        missing = [config for run_id, config in by_id.items() if run_id not in self.reused]
        self.done |= self.reused
        with self._lock:
            if not self.is_stopped:
                self._waiting.extend(missing)
            self._most, self._is_started = most, True
        self._feed()

    def stop(self) -> None:
        """Ends it now; what is computed is kept."""
        with self._lock:
            self.is_stopped = True
            in_progress, self._in_progress = self._in_progress, {}
            self._waiting.clear()
        for run_id, wish in in_progress.items():
            self._runs.stop(run_id, self.who, wish)
        self._feed()

    def rest(self, is_paused: bool) -> None:
        """Lets it rest, also in the middle of a run, or go on."""
        with self._lock:
            if self.is_paused == is_paused:
                return
            self.is_paused = is_paused
            if is_paused:
                self._paused_at = time.monotonic()
            else:
                self.seconds_paused += time.monotonic() - self._paused_at
            in_progress = list(self._in_progress)
        for run_id in in_progress:
            self._runs.change(run_id, self.who, is_paused)
        self._feed()

    def _feed(self) -> None:
        """Begins as many runs as may be in progress; does nothing while another thread does it."""
        while True:
            with self._lock:
                if self._is_feeding or not self._is_started:
                    return
                has_room = len(self._in_progress) < self._most
                if not self._waiting or not has_room or self.is_paused or self._is_holding:
                    is_over = not (self._waiting or self._in_progress or self._is_over)
                    self._is_over = self._is_over or is_over
                    break
                config = self._waiting.popleft()
                wish = Wish(self.urgency, self.is_paused, partial(self._run_ended, config))
                self._in_progress[config.run_id] = wish
                self._is_feeding = True
            try:
                self._runs.want(config, self.who, wish, self._is_followed, self.person)
            except Exception as error:
                wish.ended(ending_of(error, f"run {config.run_id}"))
            with self._lock:
                self._is_feeding = False
                was_stopped = self.is_stopped
            if was_stopped:  # in the meantime: `stop` may have come before the run was there
                self._runs.stop(config.run_id, self.who, wish)
        if is_over:
            self._ended()

    def _run_ended(self, config: RunConfig, ending: Ending | None) -> None:
        with self._lock:
            if self._in_progress.pop(config.run_id, None) is None:
                return
            if ending is None:
                self.done.add(config.run_id)
                self.waits_for_room = False
            elif ending.code == FULL:
                self._waiting.appendleft(config)
                self.waits_for_room = True
                if not self._is_holding:
                    self._is_holding = True
                    later = threading.Timer(SECONDS_FOR_ROOM, self._try_again)
                    later.daemon = True
                    later.start()
            else:
                self.failed[config.run_id] = ending
        self._feed()

    def _try_again(self) -> None:
        with self._lock:
            self._is_holding = False
        self._feed()
