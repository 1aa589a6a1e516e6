"""Lab: what pages, command line and programs talk to."""

from __future__ import annotations

import contextlib
import importlib
import logging
import math
import threading
import time
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from kd.base.once import computed_once
from kd.base.unusable import Unusable
from kd.config import NOBODY, Preset, RunConfig, config_of, trains_teacher
from kd.engine import Engine
from kd.export.exporting import export, nothing
from kd.export.format import Check
from kd.lab.ahead import Ahead
from kd.lab.data import DataSets
from kd.lab.experiments import ExperimentRun, Experiments
from kd.lab.offers import Offers
from kd.lab.runs import Run, RunName, Runs, run_ids_of
from kd.lab.seeds import Seeds
from kd.lab.studies import Studies, StudyHandle, no_run_has_finished
from kd.pictures.training_set import training_set
from kd.runs.courses import Courses
from kd.runs.estimates import Estimate, Estimates
from kd.runs.in_progress import RunsInProgress
from kd.runs.run import Wish
from kd.runs.scheduler import PERSON, Scheduler
from kd.runs.state import RunView
from kd.runs.tasks import teachers_of
from kd.store.classes import LANDED, STOPPED
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.studies.study import SCRATCH, Cell, Study, StudyView

if TYPE_CHECKING:
    import pandas as pd

    from kd.lab.classes import Classes

__all__ = ["Lab", "RunView"]

log = logging.getLogger("kd")

# Until what is being computed has stopped and what is being stored is stored: mostly a moment.
SECONDS_TO_CLOSE = 5
# To make room takes a look at every file, so not after every run of a study.
SECONDS_BETWEEN_TIDYING = 20.0

Exported = RunName | Sequence[RunName] | StudyView | StudyHandle
"""What can be exported: a run, for the formats of tables also several runs or a study."""


class Lab:
    """Trains runs and studies, and keeps them. One per process; any thread may call any method.

    Loads no TensorFlow, except for `Run.student`. In a `with`, the end closes it. A setting is a RunConfig or
    the name of a preset. What cannot be is refused by a ValueError, in one sentence.

    Attributes:
        runs: all runs, as handles, and what can be done to them.
        studies: all studies.
        seeds: settings with several seeds.
        ahead: what is trained while nobody waits.
        data: MNIST, what else comes with the project, and pictures that people have added.
        offers: what it trains, which is everything unless KD_TEACHERS or KD_DEMO says otherwise.
        drawings: the sets of drawings that classes have left behind, by name.
        courses: how the students of finished runs learned, trained once more in the background.
    """

    def __init__(self, home: str | PathLike[str] | None = None, engine: Engine | None = None):
        """
        home: the folder for runs, where ~ is the user's; by default KD_HOME, or the usual one
        (kd/base/places.py). engine: one that several labs share, and that the lab does not close; by default,
        one of its own.

        Raises ValueError when the folder cannot be written, or KD_WORKERS, KD_LIMIT, KD_AHEAD, KD_TEACHERS,
        KD_DEMO or KD_KEEPS has a value that it cannot have.
        """
        self.store = Store(home)
        self.upkeep = Upkeep(self.store)
        self.offers = Offers(self.store)
        self._engine, self._has_own_engine = engine or Engine(), engine is None
        self.estimates = Estimates(self.store, self._engine)
        self._scheduler = Scheduler(self._engine, folder=self.store.home)
        self._in_progress = RunsInProgress(
            self.store, self._scheduler, self.estimates.model, self._run_has_ended
        )
        self.courses = Courses(self.store, self._scheduler, self.offers.training)
        self.runs = Runs(self.store, self._in_progress, self.courses, self.upkeep)
        self.ahead = Ahead(self.store, self._in_progress, self.upkeep, self.estimates, self.offers)
        self.studies = Studies(self.store, self._in_progress, self.estimates, self._check, self._result)
        self.seeds = Seeds(self.store, self._in_progress, self.ahead, self.studies, self._result)
        self._classes = computed_once(maxsize=1)(self._open_classes)
        self.data = DataSets(self.store, self.upkeep)
        self.drawings = self.store.drawings
        self._experiments = Experiments(self.store, self.studies, self.runs, self.estimates)
        self._warmed = threading.Event()
        self._tidying, self._tidied = threading.Lock(), -math.inf

    @property
    def classes(self) -> Classes:
        """All classes that are open."""
        return self._classes()

    def _open_classes(self) -> Classes:
        from kd.lab.classes import Classes  # brings pandas, which runs do without

        return Classes(self.store, self.runs, self.offers, self._train_for_class, self._in_progress.stop)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def train(self, config: RunConfig | Preset | str, person: str = NOBODY) -> Run:
        """Asks for a run; returns its handle at once.

        Nothing is computed for a stored run; one in progress is joined; any other is queued, and so is a
        stored one that has lost a file or its teacher. One that the lab has computed ahead is listed now.

        person: who asks, by a name of their own; the queue is fair between people.

        Raises ValueError when this person already has 20 runs waiting (there is no limit without a person),
        no image is left to learn from, the teacher is not stored, or `offers` says that it is not trained.
        """
        config = config_of(config)
        self._train(config, person, is_followed=True)
        return Run(config.run_id, self.runs)

    def study(
        self,
        base: RunConfig | Preset | str,
        axes: Mapping[str, Sequence[Any]],
        seeds: int = 1,
        baseline: str | Cell = SCRATCH,
    ) -> StudyHandle:
        """Returns a study to start, to wait for and to read, of what `Study` takes; computes nothing yet."""
        return StudyHandle(self.studies, Study(base, axes, seeds, baseline))

    def experiment(
        self, name: str, seeds: int | None = None, *, length: str | None = None, **options: Any
    ) -> ExperimentRun:
        """Returns an experiment to start, to look at and to read, the same object for the same question.

        name: of kd.studies.experiments.EXPERIMENTS. seeds: by default as many as there is a first verdict
        with. length: "short" or "long", if it is to be run at one of the two alone. options: what is chosen
        of the experiment's options.

        Raises ValueError when there is no such experiment, or not with these options, so many seeds or at
        this length.
        """
        return self._experiments.get(name, seeds, length, **options)

    @overload
    def estimate(self, what: Study | StudyHandle) -> float: ...

    @overload
    def estimate(self, what: RunConfig | Preset | str) -> Estimate | None: ...

    def estimate(self, what: RunConfig | Preset | str | Study | StudyHandle) -> Estimate | float | None:
        """Estimates how many seconds a run or a study takes, judging by the newest finished runs.

        Returns:
            Of a run's setting, the seconds of its teacher and of its students; None if nothing has been
            measured on this machine yet. Of a study, the seconds in all, without what is stored.
        """
        if isinstance(what, Study | StudyHandle):
            return self.estimates.studies(what if isinstance(what, Study) else what.study)
        return self.estimates.run(config_of(what))

    def export(
        self,
        run: Exported,
        format: str,
        model: str = "distilled",
        path: str | PathLike[str] | None = None,
        replace: bool = False,
        check: Check = nothing,
    ) -> list[Path]:
        """Writes a finished run, one of its models, or the numbers of runs, as files that do without KD Lab.

        Args:
            run: for "csv" and "parquet" also a list of runs, or a study, whose finished runs are written.
            format: "keras", "litert", "litert-int8" or "onnx" of a model; "notebook", "report" or
                "tensorboard" of the run; "csv" or "parquet" for the numbers of runs (`numbers`).
            model: "distilled", "scratch" or "teacher", for a format that holds one.
            path: of the file, or an existing folder for it; the working directory by default. For
                "tensorboard" the folder of all logs, in which the run gets one of its own.
            replace: whether files of the same names may be replaced.
            check: called several times a second; may raise to leave, and then nothing is written.

        Returns:
            The paths of the files, the export itself first. Beside a model lies what was measured of it,
            beside a table the dictionary of its columns.

        Raises ValueError when a run has not finished or a model of it is damaged, the format or the model is
        unknown, a package is missing, the file exists or cannot be written, the conversion fails, or what it
        makes is not the same model. Nothing is written then.
        """
        views, study_id = self._exported(run)
        return export(self.store, views, format, model, path, replace, check, study_id)

    def numbers(self, run: Exported) -> pd.DataFrame:
        """Returns the numbers of a run, of several or of a study: one row for each finished run and model.

        Returns:
            The table of kd.export.tables; `kd.export.tables.dictionary` says what its
            columns are.

        Raises ValueError when a run, or all of a study, has not finished.
        """
        from kd.export.tables import long_form

        return long_form(*self._exported(run))

    def check(self) -> None:
        """Raises ValueError when its home cannot be written, or its engine had died, which starts again."""
        self.store.check_writable()
        if self._engine.is_dead():
            raise Unusable("The training processes have ended, and are being started again.")

    def warm_up(self) -> None:
        """Starts the engine and loads TensorFlow in its workers, in the background, once; if it trains."""
        if self._warmed.is_set() or not self.offers.training:
            return
        self._warmed.set()
        threading.Thread(target=self._warm_up, name="kd-warm-up", daemon=True).start()

    def close(self) -> None:
        """Stops this process's runs and leaves; stored runs are kept."""
        self.ahead.close()
        self.courses.close()
        self.studies.close()
        self._in_progress.close()
        self._scheduler.close()
        if self._has_own_engine:
            self._engine.close()
        self._in_progress.wait_closed(SECONDS_TO_CLOSE)

    def _train(self, config: RunConfig, person: str, is_followed: bool) -> None:
        if not self.store.is_usable(config.run_id):
            self._check([config])
            self.estimates.run(config)  # so that those who wait can be told how long
            self.ahead.let_go()
            self._in_progress.want(config, person, Wish(PERSON), is_followed, person)
        elif not self.store.runs.is_shipped(config.run_id):
            self.store.runs.ask_for(config.run_id, person=person)

    def _train_for_class(self, config: RunConfig, person: str) -> None:
        # like a study's: nobody looks at its students while they learn, so they are there sooner
        self._train(config, person, is_followed=False)

    def _warm_up(self) -> None:
        try:
            self._engine.warm_up()
        except Exception as error:
            log.warning("the engine could not be warmed up: %s", error)
        # or else the end of the first run waits for it
        importlib.import_module("scipy.special")

    def _run_has_ended(self, run_id: str, by_person: bool) -> None:
        """Tells the classes; measures the machine and makes room after a person's runs, and now and then."""
        # on a full disk classes hear of it when the app starts again
        with self.store.waiting(), contextlib.suppress(OSError):
            self.store.classes.run_ended(run_id, LANDED if self.store.runs.has(run_id) else STOPPED)
        with self._tidying:
            now = time.monotonic()
            if not by_person and now - self._tidied < SECONDS_BETWEEN_TIDYING:
                return
            self._tidied = now
        with self.store.waiting():
            self.estimates.read()
            self.upkeep.tidy()
            with contextlib.suppress(OSError):
                self.runs.views()  # so that the next to list the runs need not wait for their records

    def _check(self, configs: Sequence[RunConfig]) -> None:
        """Raises ValueError when runs are not trained here, or a teacher or its images cannot be had."""
        self.offers.check(configs)
        for config in {(config.teacher, config.data): config for config in configs}.values():
            if not trains_teacher(config):
                for teacher in teachers_of(config, self.store):
                    teacher.check()
            training_set(config)

    def _result(self, config: RunConfig) -> dict[str, Any] | None:
        """Returns a stored run's result, or None."""
        with contextlib.suppress(ValueError, OSError):
            view = self.runs.stored(config.run_id)
            return None if view is None else view.result
        return None

    def _exported(self, run: Exported) -> tuple[list[RunView], str | None]:
        """Returns the finished runs, and the id of their study if they are a study's."""
        if isinstance(run, StudyView | StudyHandle):
            study = run.study
            stored = [self.runs.stored(config.run_id) for _cell, config in study.runs()]
            views = [view for view in stored if view is not None]
            if not views:
                raise Unusable(no_run_has_finished(study.study_id))
            return views, study.study_id
        run_ids = run_ids_of(run)
        if not run_ids:
            raise Unusable("No run was named: choose one or more.")
        return [self.runs[run_id].finished() for run_id in run_ids], None
