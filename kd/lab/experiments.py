"""Experiments: the experiments of a lab, each carried out stage after stage for all who look."""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from kd.config import NOBODY
from kd.lab.runs import Runs
from kd.lab.studies import Studies
from kd.runs.estimates import Estimates, Pace
from kd.store.store import Store
from kd.studies.study import StudyView
from kd.text.endings import Ending

if TYPE_CHECKING:
    import pandas as pd

    from kd.studies.experiments.experiment import Experiment, Findings, Part

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.5
MOST_KEPT = 200


class Experiments:
    """The experiments of a lab that somebody has looked at. Thread-safe."""

    def __init__(self, store: Store, studies: Studies, runs: Runs, estimates: Estimates):
        self.store, self.studies, self.runs, self.estimates = store, studies, runs, estimates
        self._lock = threading.Lock()
        self._known: dict[Any, ExperimentRun] = {}

    def get(self, name: str, seeds: int | None, length: str | None, **options: Any) -> ExperimentRun:
        """Returns the experiment, the same object for the same question."""
        from kd.studies.experiments import experiment

        asked = experiment(name, **options)
        asked = asked if length is None else asked.at(length)
        number = asked.seeds if seeds is None else seeds
        key = name, number, length, tuple(sorted(asked.chosen.items()))
        with self._lock:
            if key not in self._known:
                self._known[key] = ExperimentRun(self, asked, number)
                # old ones that are not in progress leave the memory; nothing stored is lost
                ended = [each for each, run in self._known.items() if each != key and not run.is_going]
                for each in ended[: max(0, len(self._known) - MOST_KEPT)]:
                    del self._known[each]
            return self._known[key]


@dataclass(frozen=True)
class ExperimentView:
    """An experiment at one moment.

    status: not started, running, waiting for room (on a full disk), finished, stopped, or unfinished: some
    runs failed. done: how many of the runs are stored. stage: the number of the one that goes on, counted
    from 1; length: at which that one trains. seconds_left: an estimate. failed: run id → why. rows: of the
    runs that are stored, as `kd.studies.experiments.rows.rows_of` has them; findings: what these come to so
    far, at each length.
    """

    status: str
    done: int
    runs: int
    stage: int
    stages: int
    length: str
    seconds_left: float
    rows: pd.DataFrame
    findings: dict[str, Findings]
    failed: dict[str, Ending] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.status in ("running", "waiting for room")


class ExperimentRun:
    """An experiment with so many seeds in a lab. Thread-safe. What is stored is not trained again."""

    def __init__(self, lab: Experiments, experiment: Experiment, seeds: int):
        """Raises ValueError when there cannot be so many seeds."""
        self.experiment, self.seeds = experiment, seeds
        self._lab, self._stages, self._configs = lab, experiment.stages(seeds), experiment.runs(seeds)
        self._parts = [part for stage in self._stages for part in stage]
        self._starting, self._lock, self._looking = threading.Lock(), threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._stage, self._started = 0, False
        self._people: set[str] = set()
        self._pace: Pace | None = None
        self._seen: tuple[int, pd.DataFrame, dict[str, Findings]] | None = None

    def estimate(self) -> float:
        """Estimates the seconds it takes, without what is stored."""
        return sum(self._lab.estimates.studies(*(part.study for part in stage)) for stage in self._stages)

    def start(self, person: str = NOBODY) -> None:
        """Begins it, goes on with it, or joins it; returns at once.

        Raises ValueError when a teacher of its first stage is not stored; OSError when a study cannot be
        recorded.
        """
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                with self._lock:
                    if not self._stopping.is_set():
                        self._start(self._stages[self._stage], person)
                        self._people.add(person)
                        return
                self._thread.join()
            pace = self._lab.estimates.pace(*(part.study for part in self._parts))
            with self._lock:
                self._stopping.clear()
                self._start(self._stages[0], person)
                self._stage, self._started, self._pace, self._people = 0, True, pace, {person}
            name = f"kd-experiment-{self.experiment.name}"
            self._thread = threading.Thread(target=self._carry_out, name=name, daemon=True)
            self._thread.start()

    def stop(self, person: str | None = None) -> bool:
        """Withdraws a person's request and ends it if nobody else wants it; None ends it at once.

        What it has computed is kept, and `start` goes on from there. Returns whether it ends.
        """
        with self._lock:
            self._people = set() if person is None else self._people - {person, NOBODY}
            if not self._people:
                self._stopping.set()
            if self._started:
                for part in self._stages[self._stage]:
                    self._lab.studies.stop(part.study.study_id, person)
            return self._stopping.is_set()

    def wait(self, timeout: float | None = None) -> ExperimentView:
        """Waits until it ends or `timeout` seconds pass; returns it as it is then."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self.view()

    def view(self) -> ExperimentView:
        """Returns the experiment as it is now; shows what is stored even before it starts."""
        going = self.is_going  # first of all, so that all is stored that one that has ended shows
        studies = self._studies()
        if not going or self._seen is None:  # while it goes on, its own thread measures what is new
            self._look(studies)
        assert self._seen is not None
        _done, rows, findings = self._seen
        done = rows["run"].nunique()
        return ExperimentView(
            status=self._status(going, done, studies),
            done=done,
            runs=len(self._configs),
            stage=self._stage + 1,
            stages=len(self._stages),
            length=self._stages[self._stage][0].labels["length"],
            seconds_left=self._pace.seconds_left(set(rows["run"])) if self._pace else self.estimate(),
            rows=rows,
            findings=findings,
            failed={run: ending for study in studies for run, ending in study.failed.items()},
        )

    @property
    def is_going(self) -> bool:
        """Whether it is in progress."""
        return self._thread is not None and self._thread.is_alive()

    def _studies(self) -> list[StudyView]:
        """Returns the studies that were started, as they are now."""
        stages = self._stages[: self._stage + 1] if self._started else []
        return [self._lab.studies.view(part.study.study_id) for stage in stages for part in stage]

    def _status(self, going: bool, done: int, studies: list[StudyView]) -> str:
        if going:
            waits = any(study.status == "waiting for room" for study in studies)
            return "waiting for room" if waits else "running"
        if done == len(self._configs):
            return "finished"
        if self._started and not self._stopping.is_set():
            return "unfinished"
        return "stopped" if done else "not started"

    def _look(self, studies: list[StudyView]) -> None:
        """Makes rows and findings anew if more runs are stored."""
        if studies:
            done = sum(study.done for study in studies)
        else:
            done = sum(self._lab.store.runs.has(config.run_id) for config in self._configs)
        from kd.studies.experiments.rows import rows_of

        with self._looking:
            if self._seen is None or self._seen[0] != done:
                named = self.experiment.measured.items()
                measures = {column: partial(self._measured, name) for column, name in named}
                rows = rows_of(self._parts, lambda part: self._lab.studies.frame(part.study), measures)
                self._seen = done, rows, self.experiment.findings(rows)

    def _measured(self, name: str, run_id: str) -> float:
        """Measures a run; NaN if the run has lost its models since it finished."""
        try:
            return self._lab.runs[run_id].measured(name)
        except (ValueError, OSError) as error:
            log.warning("run %s cannot be measured: %s", run_id, error)
            return math.nan

    def _start(self, stage: list[Part], *people: str) -> None:
        for part in stage:
            for person in people:
                self._lab.studies.start(part.study, person, experiment=self.experiment.name)

    def _carry_out(self) -> None:
        """Carries out stage after stage, in the experiment's thread."""
        try:
            for number, stage in enumerate(self._stages):
                with self._lock:
                    if self._stopping.is_set():
                        return
                    if number:
                        self._start(stage, *sorted(self._people))
                    self._stage = number  # now, as views ask for its studies
                if any(self._waited_for(part.study.study_id) < part.study.size for part in stage):
                    return  # a later stage would miss its teachers
        except Exception:
            log.exception("experiment %s failed", self.experiment.name)

    def _waited_for(self, study_id: str) -> int:
        """Waits for a study and measures its new runs; returns how many are stored."""
        while True:
            study = self._lab.studies.wait(study_id, SECONDS_BETWEEN_LOOKS)
            self._look(self._studies())
            if not study.active:
                return study.done
