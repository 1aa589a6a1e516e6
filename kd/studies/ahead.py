"""Ahead: while nobody waits, the lab computes what may be wanted next.

First come other seeds of the settings that people look at, so that their verdicts become surer; then the
settings' neighbours, so that a control that is moved finds its run stored. Whatever anybody asks for goes
before: all this is let go at once, and taken up again when there is nothing else to do.

KD_AHEAD    0 switches it off
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from kd.config import FIELDS, RunConfig, to_bool
from kd.runs.dispatch import Dispatch
from kd.runs.work.piece import AHEAD
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.studies.study import Study
from kd.studies.sure.stations import STATIONS
from kd.text.translation import _
from kd.text.words import quoted
from kd.unusable import Unusable

log = logging.getLogger("kd")

SEEDS = STATIONS[0]
NEIGHBOURING = ("alpha", "temperature")
MOST_PEOPLE = 3
# A run that takes longer is not computed unless somebody asks for it.
MOST_SECONDS = 3.0
SECONDS_REMEMBERED = 30.0
# What was asked for last is being shown, and takes the same processors.
SECONDS_OF_CALM = 1.0
SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_BETWEEN_CHOICES = 0.25
SECONDS_AFTER_TROUBLE = 60.0
# Among those who want a run.
NAME = "ahead"


def is_on() -> bool:
    """Whether anything is computed that nobody asked for: KD_AHEAD.

    Raises:
        ValueError: when it is neither 0 nor 1.
    """
    chosen = os.environ.get("KD_AHEAD", "")
    switched = to_bool(chosen or "1")
    if switched is None:
        raise Unusable(_("KD_AHEAD must be 0 or 1, got {value}.", value=quoted(chosen)))
    return switched


@lru_cache(maxsize=256)
def with_seeds(setting: RunConfig, most: int) -> tuple[RunConfig, ...]:
    """The setting with its own seed and the next ones: so many in all, as far as there are any."""
    highest = FIELDS["seed"].maximum
    seeds = most if highest is None else min(most, int(highest) - setting.seed + 1)
    return tuple(config for _cell, config in Study(setting, {}, seeds).runs())


@lru_cache(maxsize=256)
def neighbours(setting: RunConfig, name: str) -> tuple[RunConfig, ...]:
    """The setting with the next values of a field both ways, where that makes a difference."""
    found = []
    if setting.counts(name):
        for value in FIELDS[name].next_stops(getattr(setting, name)):
            with contextlib.suppress(ValueError):  # the other fields do not allow it
                found.append(setting.replace(**{name: value}))
    return tuple(config for config in found if config.run_id != setting.run_id)


@dataclass(eq=False)
class _Round:
    """Runs that are computed one after the other, or side by side.

    setting: for whom; looks: whether somebody may want to see how their students learned.
    """

    setting: RunConfig
    runs: list[RunConfig]
    looks: bool
    let_go: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.waiting = deque(self.runs)


class Ahead:
    """Computes what nobody asked for. Thread-safe; its own threads begin when somebody looks at a setting."""

    def __init__(
        self,
        store: Store,
        dispatch: Dispatch,
        upkeep: Upkeep,
        workers: Callable[[], int],
        seconds: Callable[[RunConfig], float],
    ):
        """
        Args:
            workers: how many models train at once.
            seconds: about how long a run takes.

        Raises:
            ValueError: when KD_AHEAD is neither 0 nor 1.
        """
        self._is_on = is_on()
        self._store, self._dispatch, self._upkeep = store, dispatch, upkeep
        self._workers, self._seconds = workers, seconds
        self._lock = threading.Lock()
        self._looks: dict[str, tuple[RunConfig, float]] = {}
        self._thread: threading.Thread | None = None
        self._round: _Round | None = None
        self._restless = time.monotonic()
        self._failed: dict[str, float] = {}
        self._closing = threading.Event()

    def look_at(self, setting: RunConfig | None, person: str) -> None:
        """This person has this setting on the screen, or none any more; cheap.

        It counts until the person looks at another, or for SECONDS_REMEMBERED.
        """
        if not self._is_on or self._closing.is_set():
            return
        with self._lock:
            before, _since = self._looks.pop(person, (None, 0.0))
            if setting is not None:
                self._looks[person] = setting, time.monotonic()
            if setting != before:
                self._restless = time.monotonic()
            if self._looks and self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._go_on, name="kd-ahead", daemon=True)
                self._thread.start()

    def goes_on_with(self, setting: RunConfig) -> bool:
        """Whether other seeds of this setting are computed although nobody asks, as soon as there is time."""
        return self._is_on and self._seconds(with_seeds(setting, 2)[-1]) < MOST_SECONDS

    def let_go(self) -> None:
        """Somebody asks for something: give up at once whatever is being computed."""
        self._restless = time.monotonic()
        if self._round is not None:
            self._end(self._round)

    def close(self) -> None:
        """Compute nothing any more."""
        with self._lock:
            self._closing.set()
        self.let_go()

    def wait_closed(self, timeout: float) -> None:
        """After `close`: wait until nothing is computed any more, or `timeout` seconds pass."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _go_on(self) -> None:
        """In a thread of its own, as long as somebody looks at anything."""
        while self._is_needed():
            wait = SECONDS_BETWEEN_CHOICES
            try:
                chosen = self._chosen()
                if chosen is not None:
                    self._carry_out(chosen)
            except Exception:
                log.exception("nothing can be computed ahead")
                wait = SECONDS_AFTER_TROUBLE
            self._closing.wait(wait)

    def _is_needed(self) -> bool:
        """Whether anybody looks at anything; if not, the thread ends."""
        with self._lock:
            self._forget_absent()
            if self._looks and not self._closing.is_set():
                return True
            self._thread = None
            return False

    def _settings(self) -> list[RunConfig]:
        """What is looked at and has a result, each once; nothing if too many people look."""
        with self._lock:
            self._forget_absent()
            looks = list(self._looks.values())
        settings = dict.fromkeys(setting for setting, _since in looks) if len(looks) <= MOST_PEOPLE else {}
        return [setting for setting in settings if self._store.runs.has(setting.run_id)]

    def _forget_absent(self) -> None:
        """Called with the lock held."""
        earliest = time.monotonic() - SECONDS_REMEMBERED
        for person, (_setting, since) in list(self._looks.items()):
            if since < earliest:
                del self._looks[person]

    def _is_free(self) -> bool:
        """Whether nobody waits for anything, here or in another process."""
        free = self._dispatch.is_idle() and not self._store.runs.others_are_busy()
        if not free:
            self._restless = time.monotonic()
        return free

    def _chosen(self) -> _Round | None:
        """What to compute now: everybody's seeds before anybody's neighbours."""
        if not self._is_free() or time.monotonic() - self._restless < SECONDS_OF_CALM:
            return None
        settings = self._settings()
        for name in (None, *NEIGHBOURING):
            for setting in settings:
                every = with_seeds(setting, SEEDS) if name is None else neighbours(setting, name)
                runs = [config for config in every if self._may_compute(config)]
                if runs and self._upkeep.has_plenty():
                    return _Round(setting, runs, looks=name is not None)
        return None

    def _may_compute(self, config: RunConfig) -> bool:
        """Whether a run is missing and short, has not failed just now, and was not deleted by anybody."""
        run_id = config.run_id
        failed = self._failed.get(run_id)
        return (
            not self._store.runs.has(run_id)
            and (failed is None or time.monotonic() - failed > SECONDS_AFTER_TROUBLE)
            and not self._store.runs.is_deleted(run_id)
            and self._seconds(config) < MOST_SECONDS
        )

    def _carry_out(self, chosen: _Round) -> None:
        """Compute a round; ends early when it is let go."""
        with self._lock:
            if self._closing.is_set():
                return
            self._round = chosen
        threads = [
            threading.Thread(target=self._work, args=(chosen,), name="kd-ahead-run", daemon=True)
            for _ in range(1 + self._workers() // 2)  # each trains two models, and one more is being stored
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                if not chosen.let_go.is_set() and not self._is_wanted(chosen):
                    self._end(chosen)
                thread.join(SECONDS_BETWEEN_LOOKS)
        self._round = None
        self._upkeep.forget_usage()
        if not self._upkeep.has_plenty():
            self._upkeep.tidy()

    def _is_wanted(self, chosen: _Round) -> bool:
        try:
            return self._is_free() and chosen.setting in self._settings()
        except OSError:
            return False

    def _end(self, chosen: _Round) -> None:
        chosen.let_go.set()
        for config in chosen.runs:
            self._dispatch.stop(config.run_id, NAME)

    def _work(self, chosen: _Round) -> None:
        """One thread's share of a round."""
        while not chosen.let_go.is_set():
            try:
                config = chosen.waiting.popleft()
            except IndexError:
                return
            try:
                ending = self._dispatch.compute(config, NAME, chosen.let_go.is_set, AHEAD, chosen.looks)
                if ending is not None and not chosen.let_go.is_set():
                    self._failed[config.run_id] = time.monotonic()
            except Exception:
                log.exception("run %s failed", config.run_id)
                self._failed[config.run_id] = time.monotonic()
