"""Lab: what the pages and the command line talk to. Start, watch, stop, list, predict."""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from types import TracebackType
from typing import Any

from kd.config import Preset, RunConfig, config_of
from kd.engine import Engine, EngineLost
from kd.export.exporting import Exports
from kd.lab.run_list import RunList as Listed
from kd.notebook.keeping import Keeping
from kd.pictures.training_set import training_set
from kd.run_fields import has_fresh_teacher
from kd.runs.dispatch import Dispatch
from kd.runs.estimate import Estimate, Estimator
from kd.runs.finished import FinishedRuns
from kd.runs.orders import teachers_of
from kd.runs.progress import moment
from kd.runs.queue import NOBODY
from kd.runs.run_list import RunList
from kd.runs.state import RunView, run_id_of
from kd.store.runs import INTERRUPTED
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.studies.ahead import MOST_SECONDS, Ahead
from kd.studies.conductor import Conductor
from kd.studies.experiments.lab_part import Experiments
from kd.studies.seeds import Seeds
from kd.studies.study import SCRATCH, Cell, Study
from kd.study_handle import StudyHandle
from kd.terminal.progress import show
from kd.terminal.watching import last, views

__all__ = ["Lab", "RunView"]

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_OF_A_LONG_RUN = 300
# Until what is being computed has stopped and what is being stored is stored: mostly a moment.
SECONDS_TO_CLOSE = 5


class Lab(FinishedRuns, Keeping, Experiments, Seeds, Exports):
    """One per process; any thread may call any method. Loads no TensorFlow, except for `student`.

    In a `with`, the end closes it. A run or a study is named by its id or by a view of it, a setting is a
    RunConfig or the name of a preset. What nobody knows is refused by a ValueError, in one sentence.
    """

    def __init__(self, home: str | PathLike[str] | None = None, engine: Engine | None = None):
        """
        Args:
            home: the folder for runs, where ~ is the user's; by default KD_HOME, or the usual one
                (kd/places.py).
            engine: one that several labs share, which whoever made it closes; by default, one of its own.

        Raises:
            ValueError: when the folder cannot be written, or KD_WORKERS, KD_LIMIT or KD_AHEAD has a value
                that it cannot have.
        """
        super().__init__()
        self.store = Store(home)
        self._engine, self._has_own_engine = engine or Engine(), engine is None
        self._dispatch = Dispatch(self.store, self._engine, self._seconds, self._ended)
        self._views = Listed(self.store, self._dispatch)
        self._estimator = Estimator(self._newest_results)
        self.upkeep = Upkeep(self.store)
        self._conductor = Conductor(
            self.store, self._dispatch, self.count_workers, self._is_usable, self._study_seconds, self._tidy
        )
        self._ahead = Ahead(self.store, self._dispatch, self.upkeep, self._workers, self._seconds_here)
        self._warmed = threading.Event()

    @property
    def _runs_at_once(self) -> int:
        return self._engine.runs_at_once()

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, config: RunConfig | Preset | str, person: str = NOBODY) -> str:
        """Ask for a run; returns its id at once.

        Nothing is computed for a stored run; one in progress is joined; any other is queued, and so is a
        stored one that has lost a file or its teacher. One that the lab has computed ahead is listed now.

        Args:
            person: who asks, by a name of their own; the queue is fair between people.

        Raises:
            ValueError: when this person already has kd.runs.queue.MOST_WAITING runs waiting (there is no
                limit without a person), no image is left to learn from, or the teacher is not stored.
        """
        config = config_of(config)
        run_id = config.run_id
        if not self._is_usable(config):
            self._check_teacher(config)
            self.estimate(config)  # so that those who wait can be told how long
            self._dispatch.start(config, person)
            self._ahead.let_go()
        self.store.runs.ask_for(run_id, person=NOBODY if self.store.runs.is_shipped(run_id) else person)
        return run_id

    def stop(self, run: str | RunView, person: str | None = None) -> bool:
        """Withdraw a person's request for a run; it ends if nobody else wants it. None: end it at once.

        A run of another process is stopped only for None, by that process, within a second or two. Returns
        whether the run ends.

        Raises:
            ValueError: when there is no such run.
        """
        run_id = self._views.known(run)
        if self._dispatch.stop(run_id, person):
            return True
        asked = person is None and self.store.runs.worker(run_id) == "elsewhere"
        if asked:
            self.store.runs.ask_to_stop(run_id)
        return asked

    def let_go(self, run: str | RunView, person: str) -> None:
        """A person has moved on from a run before it ended: unless somebody else wants it, it ends too.

        Then it is not listed among the runs until somebody asks for it again.

        Raises:
            ValueError: when there is no such run.
        """
        if self.stop(run, person):
            with contextlib.suppress(OSError):  # listed, then, as one that was stopped
                self.store.runs.unask_for(run_id_of(run))

    def watch(self, run: str | RunView) -> RunView:
        """The run as it is now; cheap.

        Raises:
            ValueError: when no run has this id.
        """
        run_id = run_id_of(run)
        view = self._views.view(run_id)
        self.upkeep.watched(run_id)
        return view

    def wait(self, run: str | RunView, timeout: float | None = None, progress: bool = False) -> RunView:
        """Wait until the run ends or `timeout` seconds pass; returns the run as it is then.

        Args:
            progress: show its progress on standard error meanwhile, as `kd train` does.

        Raises:
            ValueError: when no run has this id.
        """
        looks = views(lambda: self.watch(run), SECONDS_BETWEEN_LOOKS, timeout)
        return show(looks, moment) if progress else last(looks)

    def runs(self) -> RunList:
        """The runs that anybody has asked for, newest first; those that come with the project are last.

        Its `to_frame` makes a DataFrame of them.
        """
        return RunList(self._views.views())

    def study(
        self,
        base: RunConfig | Preset | str,
        axes: Mapping[str, Sequence[Any]],
        seeds: int = 1,
        baseline: str | Cell = SCRATCH,
    ) -> StudyHandle:
        """A study to start, to wait for and to read; nothing is computed yet.

        Args:
            base, axes, seeds, baseline: as `Study`.

        Raises:
            ValueError: as `Study`.
        """
        return StudyHandle(self, Study(base, axes, seeds, baseline))

    def estimate(self, config: RunConfig | Preset | str) -> Estimate | None:
        """About how many seconds a run would take, judging by the newest finished runs.

        None if nothing has been measured on this machine yet.
        """
        config = config_of(config)
        return self._estimator.estimate(config, self._has_to_train_teacher(config))

    def is_long(self, config: RunConfig | Preset | str) -> bool:
        """Whether to ask people before they start this run, because it would keep the machine busy.

        False if it is stored or in progress already. Before the first run on a machine, this is a guess.
        """
        config = config_of(config)
        if self.store.runs.has(config.run_id) or self._dispatch.view(config.run_id) is not None:
            return False
        return self._seconds_here(config) > SECONDS_OF_A_LONG_RUN

    def is_quick(self, config: RunConfig | Preset | str) -> bool:
        """Whether a run may start by itself when a control is moved: it is stored, or takes under 3 seconds.

        Before the first run on a machine, this is a guess.
        """
        config = config_of(config)
        return self._is_usable(config) or self._seconds_here(config) < MOST_SECONDS

    def anybody_else_waits(self, person: str) -> bool:
        """Whether somebody other than this person is waiting for a run of this process to start."""
        return self._dispatch.anybody_else_waits(person)

    def warm_up(self) -> None:
        """Start the engine and load TensorFlow in its workers, in the background; later calls do nothing."""
        if self._warmed.is_set():
            return
        self._warmed.set()
        threading.Thread(target=self._warm_up, name="kd-warm-up", daemon=True).start()

    def close(self) -> None:
        """Stop this process's runs and leave; stored runs are kept."""
        self._ahead.close()
        self.courses.close()
        self._conductor.close()
        active = self._dispatch.close()
        if self._has_own_engine:
            self._engine.close()
        self._dispatch.wait_closed(SECONDS_TO_CLOSE)
        self._conductor.wait_closed(SECONDS_TO_CLOSE)
        self._ahead.wait_closed(SECONDS_TO_CLOSE)
        for run_id, claim in active.items():
            # if it cannot be recorded, whoever looks next finds that this process has ended
            with contextlib.suppress(OSError):
                if claim is not None:
                    self.store.runs.end(run_id, claim, "interrupted", INTERRUPTED)

    def _warm_up(self) -> None:
        try:
            self._engine.warm_up()
        except Exception as error:
            log.warning("the engine could not be warmed up: %s", error)
        # takes a second of one core, which would otherwise delay everyone at the end of the first run
        importlib.import_module("scipy.stats")

    def _ended(self, run_id: str) -> None:
        self._tidy()

    def _tidy(self) -> None:
        """After a run or some runs of a study: measure the machine, and make room."""
        with self.store.waiting():
            self._estimator.read()
            self.upkeep.tidy()
            with contextlib.suppress(OSError):
                self._views.views()  # so that whoever lists the runs need not wait

    def _check_teacher(self, config: RunConfig) -> None:
        """Raises: ValueError, when its teacher or its images cannot be had."""
        if not has_fresh_teacher(config):
            for teacher in teachers_of(config, self.store):
                teacher.check()
        training_set(config)

    def _is_usable(self, config: RunConfig) -> bool:
        """Whether the whole run is stored: a result with a model missing has to be computed again."""
        return self.store.is_usable(config.run_id)

    def _result(self, config: RunConfig) -> dict[str, Any] | None:
        """A stored run's result, or None."""
        with contextlib.suppress(ValueError, OSError):
            view = self._views.stored(config.run_id)
            return None if view is None else view.result
        return None

    def _newest_results(self, most: int) -> Iterator[tuple[RunConfig, dict[str, Any]]]:
        """Config and result of this machine's newest finished runs, at most so many."""
        finished: list[str] = []
        with contextlib.suppress(OSError):
            finished = [row.run_id for row in self.store.runs.rows() if row.status == "finished"]
        for run_id in finished[:most]:
            with contextlib.suppress(ValueError, OSError):  # whoever shows that run will say so
                view = self._views.stored(run_id)
                if view is not None and view.result is not None:
                    yield view.config, view.result

    def _has_to_train_teacher(self, config: RunConfig) -> bool:
        return config.teacher == "fresh" and not self.store.models.has(config.teacher_id)

    def _seconds(self, config: RunConfig) -> float | None:
        return self._estimator.seconds(config, self._has_to_train_teacher(config))

    def _seconds_here(self, config: RunConfig) -> float:
        """About how long a run takes on this machine, or on a typical one while nothing was measured here."""
        return self._estimator.speed().estimate(config, self._has_to_train_teacher(config)).total

    def count_workers(self) -> int:
        """How many models train at once. One's own cluster is asked, which may take a while.

        Without this, estimates count the processors of this machine until something trains there.
        """
        with contextlib.suppress(EngineLost):  # whoever trains something there will say so
            self._engine.look_for_workers()
        return self._workers()

    def _workers(self) -> int:
        return self._engine.workers()["student"]
