"""ExperimentRun: an experiment that a lab carries out, stage after stage, for whoever looks."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from kd.runs.queue import NOBODY
from kd.studies.experiments.experiment import Experiment, Findings, Part
from kd.studies.experiments.rows import rows_of
from kd.studies.kept.pace import Pace
from kd.studies.kept.view import StudyView
from kd.text.endings import Ending

if TYPE_CHECKING:
    from kd.studies.experiments.lab_part import Experiments

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.5


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
    """An experiment with so many seeds in a lab. Thread-safe. Whatever is stored is not trained again."""

    def __init__(self, lab: Experiments, experiment: Experiment, seeds: int):
        """
        Raises:
            ValueError: when there cannot be so many seeds.
        """
        self.experiment, self.seeds = experiment, seeds
        self._lab, self._stages = lab, experiment.stages(seeds)
        self._configs = experiment.runs(seeds)
        self._starting, self._lock, self._looking = threading.Lock(), threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._stage, self._started = 0, False
        self._pace: Pace | None = None
        self._seen: tuple[int, dict[str, Findings], pd.DataFrame] | None = None

    def estimate(self) -> float:
        """About how many seconds it takes, without what is stored."""
        return sum(self._lab.estimate_study(*(part.study for part in stage)) for stage in self._stages)

    def start(self, person: str = NOBODY) -> None:
        """Begin it, or go on with it; returns at once.

        Raises:
            ValueError: when a teacher of its first stage is not stored.
            OSError: when a study cannot be recorded.
        """
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                if not self._stopping.is_set():
                    return
                self._thread.join()
            pace = self._lab.pace(*(part.study for stage in self._stages for part in stage))
            with self._lock:
                self._stopping.clear()
                self._start(self._stages[0], person)
                self._stage, self._started, self._pace = 0, True, pace
            self._thread = threading.Thread(
                target=self._carry_out,
                args=(person,),
                name=f"kd-experiment-{self.experiment.name}",
                daemon=True,
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop it; what it has computed is kept, and `start` goes on from there."""
        with self._lock:
            self._stopping.set()
            if self._started:
                for part in self._stages[self._stage]:
                    self._lab.stop_study(part.study.study_id)

    def wait(self, timeout: float | None = None) -> ExperimentView:
        """Wait until it ends or `timeout` seconds pass; returns it as it is then."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self.view()

    def view(self) -> ExperimentView:
        """The experiment as it is now; what is stored can be seen before it starts."""
        going = self.is_going  # before anything else: what is seen afterwards of one that has ended is all
        studies = list(self._studies())
        # while it goes on, its own thread measures what is new, and nobody who looks waits for that
        rows, findings = (going and self._last_seen()) or self._look(studies)
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
        """Whether it has begun and has not ended."""
        return self._thread is not None and self._thread.is_alive()

    def _studies(self) -> Iterator[StudyView]:
        """The studies that were started, as they are now."""
        if self._started:
            for part in (part for stage in self._stages[: self._stage + 1] for part in stage):
                yield self._lab.watch_study(part.study.study_id)

    def _stored(self) -> int:
        """How many of its runs are stored."""
        return sum(self._lab.store.runs.has(config.run_id) for config in self._configs)

    def _status(self, going: bool, done: int, studies: list[StudyView]) -> str:
        if going:
            waits = any(study.status == "waiting for room" for study in studies)
            return "waiting for room" if waits else "running"
        if done == len(self._configs):
            return "finished"
        if self._started and not self._stopping.is_set():
            return "unfinished"
        return "stopped" if done else "not started"

    def _last_seen(self) -> tuple[pd.DataFrame, dict[str, Findings]] | None:
        """Rows and findings as they were made last; None before the first time."""
        return None if self._seen is None else (self._seen[2], self._seen[1])

    def _look(self, studies: list[StudyView]) -> tuple[pd.DataFrame, dict[str, Findings]]:
        """Rows and findings; made anew only when more runs are stored than somebody has seen."""
        done = sum(study.done for study in studies) if studies else self._stored()
        with self._looking:
            if self._seen is None or self._seen[0] != done:
                rows = self._rows()
                self._seen = done, self.experiment.findings(rows), rows
            return self._seen[2], self._seen[1]

    def _rows(self) -> pd.DataFrame:
        measured = self.experiment.measured.items()
        measures = {column: partial(self._measured, name) for column, name in measured}
        parts = [part for stage in self._stages for part in stage]
        return rows_of(parts, lambda part: self._lab.study_frame(part.study), measures)

    def _measured(self, name: str, run_id: str) -> float:
        """A measure of a run; NaN where the run has lost its models since it finished."""
        try:
            return self._lab.measured(name, run_id)
        except (ValueError, OSError) as error:
            log.warning("run %s cannot be measured: %s", run_id, error)
            return math.nan

    def _start(self, stage: list[Part], person: str) -> None:
        for part in stage:
            self._lab.start_study(part.study, person=person, experiment=self.experiment.name)

    def _carry_out(self, person: str) -> None:
        """In a thread of its own."""
        try:
            for number, stage in enumerate(self._stages):
                with self._lock:
                    if self._stopping.is_set():
                        return
                    if number:
                        self._start(stage, person)
                    self._stage = number  # now, as whoever looks asks for its studies
                if any(self._waited_for(part.study.study_id) < part.study.size for part in stage):
                    return  # a later stage would miss its teachers
        except Exception:
            log.exception("experiment %s failed", self.experiment.name)

    def _waited_for(self, study_id: str) -> int:
        """How many runs of a study are stored once it has ended. What is new is measured meanwhile."""
        while True:
            study = self._lab.wait_study(study_id, SECONDS_BETWEEN_LOOKS)
            self._look(list(self._studies()))
            if not study.active:
                return study.done
