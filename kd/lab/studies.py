"""The studies of a lab: carried out, watched, paused and stopped, each for all the people who want it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kd.base import owners
from kd.base.once import computed_once
from kd.config import FIELD_TYPES, FIELDS, NOBODY, RunConfig
from kd.pictures.training_set import check_size
from kd.runs.batch import Batch
from kd.runs.estimates import Estimates, Pace
from kd.runs.in_progress import RunsInProgress
from kd.store.store import Store
from kd.store.studies import StudyRecord
from kd.studies.study import SCRATCH, Study, StudyView, moment
from kd.terminal.progress import show, views
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.2


class StudyHandle:
    """One study of a lab, from `Lab.study`. What is stored of it can be read before it starts.

    study: what is asked. id: its name, the same for everybody who asks the same. person: who asks, by a name
    of their own; the study goes on while others want it. None stands for everybody. `view`, `wait`, `pause`
    and `stop` raise ValueError when it was never started.
    """

    def __init__(self, studies: Studies, study: Study):
        self._studies = studies
        self.study, self.id = study, study.study_id

    def start(self, person: str = NOBODY) -> StudyHandle:
        """Begins it, or goes on with it; returns the handle at once. What is stored is not trained again.

        Raises ValueError when the study's teacher is not stored; OSError when the study cannot be recorded.
        """
        self._studies.start(self.study, person)
        return self

    def view(self) -> StudyView:
        """Returns the study as it is now; cheap."""
        return self._studies.view(self.id)

    def wait(self, timeout: float | None = None, progress: bool = False) -> StudyView:
        """Waits until it ends or `timeout` seconds pass; returns it as it is then.

        progress: whether to show its progress on standard error meanwhile, as `kd sweep` does.
        """
        return self._studies.wait(self.id, timeout, progress)

    def pause(self, person: str | None = None) -> bool:
        """Lets it rest, also in the middle of a run, until `start`; returns whether it rests."""
        return self._studies.pause(self.id, person)

    def stop(self, person: str | None = None) -> bool:
        """Stops it; what it has computed is kept, and `start` goes on from there. Returns whether it ends."""
        return self._studies.stop(self.id, person)

    def to_frame(self) -> pd.DataFrame:
        """Returns its finished runs, one row each (`kd.studies.verdicts.study_frame`)."""
        return self._studies.frame(self.study)

    def verdicts(self) -> pd.DataFrame:
        """Returns a verdict on each cell with a finished run (`kd.studies.verdicts.verdicts`)."""
        from kd.studies.verdicts import verdicts

        return verdicts(self.to_frame(), list(self.study.axes), self.study.baseline)

    def chart(self, **at: Any) -> alt.LayerChart:
        """Draws a heat map of the gain over two axes, or both students' accuracy along one.

        at: a value on each axis that is not to be in the figure, where there are more than two.

        Raises ValueError when no run has finished, `at` names no axis or none of its values, or no axis or
        more than two are left.
        """
        at = {name: self._on_axis(name, value) for name, value in at.items()}
        axes = [name for name, values in self.study.axes.items() if len(values) > 1 and name not in at]
        if not axes:
            raise ValueError(
                "A figure needs an axis with two values or more, and there is none: see verdicts()."
            )
        if len(axes) > 2:
            raise ValueError(
                f"A figure has one axis or two, and this one would have {', '.join(axes)}: "
                f"give a value of the others, such as chart({axes[-1]}=…)."
            )
        runs, table = self.to_frame(), self.verdicts()
        for name, value in at.items():
            runs, table = runs[runs[name] == value], table[table[name] == value]
        if runs.empty:
            raise ValueError(no_run_has_finished(self.id))
        from kd.charts.study_charts import heat_map_chart, slice_chart

        if len(axes) == 2:
            return heat_map_chart(table, axes, self.study.baseline == SCRATCH)
        return slice_chart(runs, axes[0])

    def _on_axis(self, name: str, value: Any) -> Any:
        """Returns one of an axis' values, in its field's type."""
        axes = self.study.axes
        if name not in axes:
            raise ValueError(f"{name} is not an axis of this study: choose of {', '.join(axes) or '–'}.")
        checked = FIELDS[name].checked(name, value, FIELD_TYPES[name])
        if checked not in axes[name]:
            values = ", ".join(map(str, axes[name]))
            raise ValueError(f"{quoted(value)} is not a value on the axis {name}: choose of {values}.")
        return checked

    def __repr__(self) -> str:
        return f"StudyHandle({self.id!r}, {self.study.size} runs)"


StudyName = str | StudyView | StudyHandle
"""A study, named by its id, a view of it or a handle on it."""


def study_id_of(study: StudyName) -> str:
    """Returns the id of the study."""
    if isinstance(study, StudyHandle):
        return study.id
    name = study.study_id if isinstance(study, StudyView) else str(study)
    return name.encode(errors="backslashreplace").decode()  # no id has half a character


def no_run_has_finished(study_id: str) -> str:
    """Says why nothing can be shown or written of a study."""
    return _("No run of study {study} has finished: start it, and wait.", study=study_id)


class StudyInProgress:
    """A study that this process carries out, while one of those `wanting` it has not `paused`."""

    def __init__(
        self,
        study: Study,
        record: StudyRecord,
        runs: RunsInProgress,
        ended: Callable[[StudyInProgress], None],
    ):
        self.study, self.record = study, record
        self.wanting: set[str] = set()
        self.paused: set[str] = set()
        self.ended = threading.Event()
        self.pace: Pace | None = None
        self.lock = threading.Lock()
        self.batch = Batch(runs, study.study_id, lambda: ended(self), person=_first(record))

    @property
    def status(self) -> str:
        """Returns its status, as in a StudyView."""
        if not self.ended.is_set():
            if self.batch.is_paused:
                return "paused"
            return "waiting for room" if self.batch.waits_for_room else "running"
        if len(self.batch.done) == self.study.size:
            return "finished"
        return "stopped" if self.batch.is_stopped else "unfinished"

    def view(self) -> StudyView:
        """Returns the study as it is now."""
        batch, left = self.batch, None
        if self.pace is not None and not self.ended.is_set():
            left = self.pace.seconds_left(list(batch.done), batch.seconds_paused)
        counts = {"done": len(batch.done), "reused": len(batch.reused), "failed": dict(batch.failed)}
        people = frozenset(self.wanting)
        return _view(self.study, self.record, self.status, **counts, seconds_left=left, wanting=people)

    def join(self, person: str) -> None:
        """Adds a person who wants it, or lets it go on for them."""
        with self.lock:
            self.wanting.add(person)
            self.paused.discard(person)
            self.batch.rest(self.wanting == self.paused)

    def pause(self, person: str | None) -> bool:
        """Lets it rest for this person, or for everybody; returns whether it rests."""
        with self.lock:
            self.paused |= self.wanting if person is None else self.wanting & {person, NOBODY}
            self.batch.rest(self.wanting == self.paused)
            return self.batch.is_paused

    def stop(self, person: str | None) -> bool:
        """Removes a person, or everybody, from those who want it; returns whether it ends."""
        with self.lock:
            self.wanting -= self.wanting if person is None else {person, NOBODY}
            self.paused &= self.wanting
            if self.wanting:
                self.batch.rest(self.wanting == self.paused)
                return False
        self.batch.stop()
        return True


class Studies:
    """The studies of a lab: those under way here, and what is stored of the others. Thread-safe.

    `lab.studies[id]` is a handle on one. The methods that take a study take its id, a view of it or a handle
    on it, do what the handle's method of this name does, and raise ValueError when there is no such study.
    """

    def __init__(
        self,
        store: Store,
        runs: RunsInProgress,
        estimates: Estimates,
        check: Callable[[Sequence[RunConfig]], None],
        result: Callable[[RunConfig], dict | None],
    ):
        self._store, self._runs, self._estimates = store, runs, estimates
        self._check, self._result = check, result
        self._lock = threading.Lock()
        self._known: dict[str, StudyInProgress] = {}
        self._asked = computed_once(maxsize=256)(
            lambda each: Study.from_mapping(store.studies.get(each).study)
        )
        # they take longer to compute than to look up
        self._run_ids = computed_once(maxsize=64)(
            lambda each: [c.run_id for _, c in self._asked(each).runs()]
        )
        self._closed = False

    def __getitem__(self, study: StudyName) -> StudyHandle:
        return StudyHandle(self, self.study(study))

    def start(self, study: Study, person: str = NOBODY, experiment: str = "") -> str:
        """Begins a study, joins it, or goes on with it; returns its id at once.

        What is stored is not trained again. Studies that go on at the same time share the workers evenly.

        person: who asks, by a name of their own. It goes on until all the people who asked have stopped.
        experiment: of which it is a part, if it is part of one.

        Raises ValueError when the study's teacher is not stored, or is not trained here; OSError when it
        cannot be recorded.
        """
        self._check([config for _cell, config in study.runs()])
        for cell in study.cells():
            check_size(study.config(cell))
        study_id = study.study_id
        with self._lock:
            going = self._known.get(study_id)
            is_new = going is None or going.ended.is_set() or going.batch.is_stopped
            self._store.studies.write(study, person, experiment, owners.hold(self._store.home))
            record = self._store.studies.get(study_id)
            if going is None or is_new:
                going = self._known[study_id] = StudyInProgress(study, record, self._runs, self._ended)
            going.record = record
            if self._closed:
                return study_id
        going.join(person)
        if is_new:
            name = f"kd-study-{study_id}"
            threading.Thread(target=self._begin, args=(going,), name=name, daemon=True).start()
            log.info("study %s started: %d runs", study_id, study.size)
        return study_id

    def view(self, study: StudyName) -> StudyView:
        """Returns the study as it is now; one that is not under way shows what is stored of it."""
        study_id = study_id_of(study)
        going = self._known.get(study_id)
        # of one that was stopped, a run that was being stored may have been finished since
        if going is not None and not (going.ended.is_set() and going.batch.is_stopped):
            return going.view()
        return self._stored(self._store.studies.get(study_id), counted=True)

    def views(self) -> list[StudyView]:
        """Returns every study that varies more than the seed, the newest first; cheap.

        Of one that is not under way here, `done` is as it was when it ended.
        """
        found = []
        for record in self._store.studies.all():
            going = self._known.get(record.study_id)
            if record.study["axes"]:
                with contextlib.suppress(ValueError):  # of another version
                    found.append(self._stored(record) if going is None else going.view())
        return found

    def study(self, study: StudyName) -> Study:
        """Returns what a study asks."""
        return study.study if isinstance(study, StudyView | StudyHandle) else self._asked(study_id_of(study))

    def pause(self, study: StudyName, person: str | None = None) -> bool:
        """Lets a study rest for a person, or for everybody; returns whether it rests."""
        going = self._going(study)
        return going is None or going.pause(person)

    def stop(self, study: StudyName, person: str | None = None) -> bool:
        """Stops a study for a person, or for everybody; returns whether it ends."""
        going = self._going(study)
        return going is None or going.stop(person)

    def wait(self, study: StudyName, timeout: float | None = None, progress: bool = False) -> StudyView:
        """Waits until a study ends or `timeout` seconds pass; returns it as it is then."""
        if progress:
            return show(views(lambda: self.view(study), SECONDS_BETWEEN_LOOKS, timeout), moment)
        going = self._going(study)
        if going is not None:
            going.ended.wait(timeout)
        return self.view(study)

    def frame(self, study: StudyName | Study) -> pd.DataFrame:
        """Returns the finished runs of a study, also of one that was never started."""
        from kd.studies.verdicts import study_frame

        return study_frame(study if isinstance(study, Study) else self.study(study), self._result)

    def close(self) -> None:
        """Stops every study."""
        with self._lock:
            self._closed = True
            known = list(self._known.values())
        for going in known:
            going.batch.stop()

    def _begin(self, going: StudyInProgress) -> None:
        try:
            configs = [config for _cell, config in going.study.runs()]
            with self._store.waiting():
                self._store.runs.ask_for(*(config.run_id for config in configs), person=_first(going.record))
            # more than can train, so that no worker waits for a comparison or for the disk
            most = 2 * self._estimates.count_workers() + 1
            going.batch.start(configs, lambda config: self._store.is_usable(config.run_id), most)
            # once, as there may be thousands of runs, and pages look several times a second
            going.pace = self._estimates.pace(going.study)
        except Exception:
            log.exception("study %s failed", going.study.study_id)
            going.batch.stop()

    def _ended(self, going: StudyInProgress) -> None:
        study_id = going.study.study_id
        done = self._count(study_id) if going.batch.is_stopped else len(going.batch.done)
        if not self._closed and self._known[study_id] is going:
            with contextlib.suppress(OSError):  # then its runs are counted when it is shown
                self._store.studies.end(study_id, done)
        log.info("study %s has ended: %d of %d runs", study_id, done, going.study.size)
        going.ended.set()

    def _going(self, study: StudyName) -> StudyInProgress | None:
        """Returns a study of this process; None for one that is stored and not under way."""
        study_id = study_id_of(study)
        going = self._known.get(study_id)
        if going is None:
            self._store.studies.get(study_id)  # raises if there is none
        return going

    def _count(self, study_id: str) -> int:
        """Counts the stored runs of a study."""
        return sum(map(self._store.runs.has, self._run_ids(study_id)))

    def _stored(self, record: StudyRecord, counted: bool = False) -> StudyView:
        """Returns what is stored of a study; counted: whether to count its runs even if it has ended."""
        study, done = self._asked(record.study_id), record.done
        if counted or done is None or record.process is not None:
            done = self._count(record.study_id)
        elsewhere = self._store.studies.is_elsewhere(record)
        # it is not taken up unasked: a study that was paused ends with its process, too
        ended = "stopped" if record.process is None else "interrupted"
        status = "finished" if done == study.size else "running" if elsewhere else ended
        return _view(study, record, status, done=done, reused=done, elsewhere=elsewhere)


def _view(study: Study, record: StudyRecord, status: str, **values: Any) -> StudyView:
    labels = list(record.people.values())
    return StudyView(
        study_id=record.study_id,
        study=study,
        status=status,
        runs=study.size,
        created=record.created,
        person=_first(record),
        # what somebody has composed, too, is no longer an experiment's alone
        experiment=labels[0] if labels and all(labels) else "",
        people=frozenset(record.people),
        **values,
    )


def _first(record: StudyRecord) -> str:
    """Returns who asked for it first."""
    return next(iter(record.people), NOBODY)
