"""Thinking ahead: while nobody waits, the lab computes what may be wanted next.

First come other seeds of the settings that people look at, so that their verdicts become surer; then the
settings' neighbours, so that a control that is moved finds its run stored. It is a batch of runs like a
study's, and the least urgent: whatever people ask for goes before.

KD_AHEAD    0 switches it off
"""

import contextlib
import logging
import threading
import time
from functools import lru_cache

from kd.base.data_sets import is_here
from kd.base.switch import switched
from kd.config import FIELDS, RunConfig
from kd.lab.offers import Offers
from kd.runs.batch import Batch
from kd.runs.estimates import Estimates
from kd.runs.in_progress import RunsInProgress
from kd.runs.scheduler import AHEAD
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.studies.over_seeds import STATIONS
from kd.studies.study import Study

log = logging.getLogger("kd")

SEEDS = STATIONS[0]
NEIGHBOURING = ("alpha", "temperature")
MOST_PAGES = 3
# A run that takes longer is not computed unless somebody asks for it.
MOST_SECONDS = 3.0
SECONDS_REMEMBERED = 30.0
# What was asked for last is being shown, and takes the same processors.
SECONDS_OF_CALM = 1.0
# After this, look again whether there is time, or whether what failed can be computed now.
SECONDS_OF_PATIENCE = 5.0
SECONDS_AFTER_TROUBLE = 60.0


@lru_cache(maxsize=256)
def with_seeds(setting: RunConfig, most: int) -> tuple[RunConfig, ...]:
    """Returns the setting with its own seed and the next ones, `most` in all if there are so many seeds."""
    highest = FIELDS["seed"].maximum
    seeds = most if highest is None else min(most, int(highest) - setting.seed + 1)
    return tuple(config for _cell, config in Study(setting, {}, seeds).runs())


@lru_cache(maxsize=256)
def neighbours(setting: RunConfig, name: str) -> tuple[RunConfig, ...]:
    """Returns the setting with the next lower and higher value of a field, where that makes a difference."""
    found = []
    if setting.counts(name):
        for value in FIELDS[name].next_stops(getattr(setting, name)):
            with contextlib.suppress(ValueError):  # the other fields do not allow it
                found.append(setting.replace(**{name: value}))
    return tuple(config for config in found if config.run_id != setting.run_id)


class Ahead:
    """Computes a batch of runs that may be wanted, until people want something else. Thread-safe."""

    def __init__(
        self, store: Store, runs: RunsInProgress, upkeep: Upkeep, estimates: Estimates, offers: Offers
    ):
        """Raises ValueError when KD_AHEAD is neither 0 nor 1."""
        self._is_on = switched("KD_AHEAD", True)
        self._store, self._runs, self._upkeep, self._estimates = store, runs, upkeep, estimates
        self._offers = offers
        self._lock = threading.RLock()
        self._looks: dict[str, tuple[RunConfig, float]] = {}
        self._failed: dict[str, float] = {}
        self._batch: Batch | None = None
        self._timer: threading.Timer | None = None
        self._closed = False

    def look_at(self, setting: RunConfig | None, page: str) -> None:
        """Notes that this open page shows this setting, or none any more, for SECONDS_REMEMBERED."""
        if not self._is_on:
            return
        with self._lock:
            before, _since = self._looks.pop(page, (None, 0.0))
            others = [looked for looked, _since in self._looks.values()]
            if setting is not None:
                self._looks[page] = setting, time.monotonic()
            is_left = before not in (None, setting, *others)
            if not is_left and self._batch is None and self._timer is None:
                self._consider_in(SECONDS_OF_CALM)
        if is_left:
            self.let_go()

    def goes_on_with(self, setting: RunConfig) -> bool:
        """Returns whether the lab will train other seeds of this setting by itself."""
        another = with_seeds(setting, 2)[-1]
        is_offered = self._is_on and is_here(setting.data) and not self._offers.refusal([another])
        return is_offered and self._estimates.seconds(another) < MOST_SECONDS

    def let_go(self) -> None:
        """Drops the batch, because people want something else; considers again after a calm."""
        with self._lock:
            batch, self._batch = self._batch, None
            self._consider_in(SECONDS_OF_CALM if self._looks else None)
        if batch is not None:
            batch.stop()

    def close(self) -> None:
        """Stops for good."""
        with self._lock:
            self._closed = True
            self._looks.clear()
        self.let_go()

    def _consider_in(self, seconds: float | None) -> None:
        """Sets the timer anew. Called with the lock held."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None and not self._closed:
            self._timer = threading.Timer(seconds, self._consider)
            self._timer.daemon = True
            self._timer.start()

    def _consider(self) -> None:
        """Begins a batch if there is time for one."""
        again = SECONDS_OF_PATIENCE
        try:
            with self._lock:
                self._timer = None
                settings = self._settings()
                if self._batch is not None or not self._looks:
                    return
            if self._is_free() and (chosen := self._chosen(settings)) is not None:
                self._carry_out(*chosen)
                return
        except Exception:
            log.exception("nothing can be computed ahead")
            again = SECONDS_AFTER_TROUBLE
        with self._lock:
            if self._timer is None:
                self._consider_in(again)

    def _settings(self) -> list[RunConfig]:
        """Returns what people look at, or nothing if too many look. Called with the lock held."""
        earliest = time.monotonic() - SECONDS_REMEMBERED
        self._looks = {page: look for page, look in self._looks.items() if look[1] >= earliest}
        if len(self._looks) > MOST_PAGES:
            return []
        return list(dict.fromkeys(setting for setting, _since in self._looks.values()))

    def _is_free(self) -> bool:
        """Returns whether no person or study waits, here or in another process."""
        return self._runs.is_idle() and not self._store.runs.others_are_busy()

    def _chosen(self, settings: list[RunConfig]) -> tuple[RunConfig, list[RunConfig], bool] | None:
        """Chooses a setting, the runs to compute for it, and whether to look at them while they learn."""
        stored = [setting for setting in settings if self._store.runs.has(setting.run_id)]
        for name in (None, *NEIGHBOURING):
            for setting in stored:
                every = with_seeds(setting, SEEDS) if name is None else neighbours(setting, name)
                runs = [config for config in every if self._may_compute(config)]
                if runs and self._upkeep.has_plenty():
                    return setting, runs, name is not None
        return None

    def _may_compute(self, config: RunConfig) -> bool:
        """Returns whether a run is missing and short, has not failed just now, and was not deleted."""
        failed = self._failed.get(config.run_id)
        return (
            is_here(config.data)
            and not self._store.runs.has(config.run_id)
            and (failed is None or time.monotonic() - failed > SECONDS_AFTER_TROUBLE)
            and not self._store.runs.is_deleted(config.run_id)
            and not self._offers.refusal([config])
            and self._estimates.seconds(config) < MOST_SECONDS
        )

    def _carry_out(self, setting: RunConfig, runs: list[RunConfig], is_followed: bool) -> None:
        def ended() -> None:
            self._failed.update(dict.fromkeys(batch.failed, time.monotonic()))
            with self._lock:
                if self._batch is batch:
                    self._batch = None
                    self._consider_in(0.0)
            if not self._upkeep.has_plenty():
                self._upkeep.tidy()

        batch = Batch(self._runs, "ahead", ended, AHEAD, is_followed=is_followed)
        with self._lock:
            if self._closed or setting not in [looked for looked, _since in self._looks.values()]:
                return
            self._batch = batch
        # each run trains two models, and one more is being stored
        batch.start(runs, lambda config: False, 1 + self._estimates.workers() // 2)
