"""Runs: all runs of a lab, and handles on them: to wait for, to work with, to name, to keep, to delete."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.analysis.logits import softmax
from kd.analysis.neighbours import NeighbourIndex
from kd.base.once import computed_once
from kd.base.unusable import Unusable
from kd.config import MODELS, NOBODY, STUDENTS, RunConfig
from kd.config.fields import FIRST
from kd.export.exporting import export, nothing
from kd.export.format import Check
from kd.lab.run_list import RunList
from kd.lab.written import checked_name, checked_note, checked_tags
from kd.networks.numpy_model import NumpyModel
from kd.networks.packed import packed
from kd.pictures.data_sets import data_set
from kd.pictures.mnist import as_batch
from kd.pictures.training_set import places, rows_at
from kd.runs.courses import Courses
from kd.runs.in_progress import RunsInProgress
from kd.runs.state import RunView, moment, runs_frame
from kd.store.store import Store, gone_meanwhile
from kd.store.upkeep import Upkeep
from kd.terminal.progress import last, show, views
from kd.text import endings
from kd.text.translation import N_
from kd.text.words import quoted

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from kd.studies.measures import MeasuredRun

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.1
# A drawing's nearest neighbours are sought among so many training pictures.
NEIGHBOURS = 10_000

# So much is kept of networks: a teacher counts 11 MB, and is read in 0.1 s. So much of courses: a run's takes
# 5 MB, or with large students forty times as much, and is read in 0.01 s. And so much of what models say of
# test pictures: 0.4 MB each, or with 62 classes ten times as much.
_BYTES_OF_NETWORKS, _BYTES_OF_COURSES, _BYTES_OF_LOGITS = 16 << 20, 12 << 20, 10 << 20

_CAME_ALONG = N_("Run {run} came with the app: you can open and compare it, but not change it.")
_SOMEBODY_ELSES = N_("Run {run} is somebody else's: you can open and compare it, but not change it.")


@dataclass(frozen=True)
class Run:
    """One run of a lab, from `Lab.train` or `Lab.runs`: wait for it, stop it, work with its models.

    id: its name, the same for everybody who asks for the same setting.
    """

    id: str
    _runs: Runs = field(repr=False, compare=False)

    def view(self) -> RunView:
        """Returns the run as it is now; cheap. Raises ValueError when it was deleted."""
        return self._runs.view(self.id)

    @property
    def config(self) -> RunConfig:
        """Its setting."""
        return self.view().config

    @property
    def status(self) -> str:
        """Whether it is queued, running, finished, stopped, failed or interrupted."""
        return self.view().status

    @property
    def history(self) -> list[dict[str, Any]]:
        """The epochs so far."""
        return self.view().history

    @property
    def result(self) -> dict[str, Any] | None:
        """Its models and their comparison in numbers; None until it has finished."""
        return self.view().result

    def finished(self) -> RunView:
        """Returns the run with its result. Raises ValueError when it has none."""
        view = self.view()
        if view.result is None:
            said = N_("Run {run} has no result ({state}): choose a finished run.")
            raise Unusable(said, run=view.run_id, state=endings.state(view.status))
        return view

    def wait(self, timeout: float | None = None, progress: bool = False) -> RunView:
        """Waits until it ends or `timeout` seconds pass; returns it as it is then.

        progress: whether to show its progress on standard error meanwhile, as `kd train` does.
        """
        looks = views(self.view, SECONDS_BETWEEN_LOOKS, timeout)
        return show(looks, moment) if progress else last(looks)

    def stop(self, person: str | None = None) -> bool:
        """Withdraws a person's request and ends the run if nobody else wants it; None ends it at once.

        A run of another process is stopped only for None, by that process, within a second or two. Returns
        whether the run ends.
        """
        if self._runs.in_progress.stop(self.id, person):
            return True
        asked = person is None and self._runs.store.runs.worker(self.id) == "elsewhere"
        if asked:
            self._runs.store.runs.ask_to_stop(self.id)
        return asked

    def let_go(self, person: str) -> None:
        """Stops it for a person who has moved on; if it ends, it is forgotten."""
        if self.stop(person):
            with contextlib.suppress(OSError):  # then it is listed as stopped
                self._runs.store.runs.unask_for(self.id)

    def models(self) -> dict[str, NumpyModel]:
        """Returns the three trained networks by name, usable from any thread.

        Raises ValueError when the run has not finished, or a model of it is missing or damaged.
        """
        with self._still_there():
            return {name: self._runs.network(path, _state(path)) for name, path in self._files().items()}

    def network_names(self) -> dict[str, str]:
        """Returns for each model what `Runs.packed` knows its network by; another one once it is replaced."""
        with self._still_there():
            ids = self._runs.store.runs.models_of(self.id)
            return {name: _network_name(ids[name], path) for name, path in self._files().items()}

    def student(self, model: str = "distilled") -> keras.Model:
        """Returns a trained network as Keras has it, to go on with; each call makes another.

        It is an uncompiled model from images (n, 28, 28, 1), float32 in [0, 1], to logits (n, 10). Loads
        Keras and TensorFlow in this process; `models` does without.

        model: "distilled", "scratch" or "teacher".

        Raises ValueError as `models`; also when there is no such model.
        """
        if model not in MODELS:
            raise ValueError(f"model must be one of {', '.join(MODELS)}, got {quoted(model)}.")
        with self._still_there():
            path = self._files()[model]
            _state(path)
        import keras

        return keras.saving.load_model(path, compile=False)

    def predict(self, pictures: Any) -> dict[str, np.ndarray]:
        """Returns what the three networks make of pictures, white on black, as those they were trained on.

        Args:
            pictures: of shape (28, 28), (n, 28, 28) or (n, 28, 28, 1): uint8 from 0 to 255, or floats from 0
                to 1. `kd.to_mnist` makes such a picture of a drawing or a photograph.

        Returns:
            The probability of each class (softmax of the logits, T = 1) by model, float64 (n, classes).

        Raises ValueError as `models`; also for other shapes or types, values beyond [0, 1], NaN or infinity.
        """
        batch = as_batch(pictures)
        return {name: softmax(model.logits(batch)) for name, model in self.models().items()}

    def test_logits(self) -> dict[str, np.ndarray]:
        """Returns the logits of all test images by model, float32 (images, classes), read-only.

        Raises ValueError as `models`.
        """
        self.finished()
        store = self._runs.store
        return store.of_each_model(self.id, lambda each: self._runs.logits(each, store.models.state(each)))

    def snapshots(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns both students over their training, as kd/training/messages.py keeps them; read-only.

        Student → times in epochs (k,), logits float16 (k, 10000, 10), weights float16 (k, parameters),
        accuracies on the test images (k,). A student that was trained without snapshots is trained once more,
        to the same weights, which takes as long as it took then. Raises ValueError as `models`, or when they
        cannot be had.
        """
        self.finished()
        models, ids = self._runs.store.models, self._runs.store.runs.models_of(self.id)
        for trained_again in (False, True):
            states = {name: models.snapshots_state(ids[name]) for name in STUDENTS}
            found = {name: self._runs.course(ids[name], states[name]) for name in STUDENTS}
            if None not in found.values():
                return found
            if not trained_again:
                self._runs.courses.want([self.id])
                self._runs.courses.wait(self.id)
        raise Unusable("The course of run {run}'s training could not be kept: try again.", run=self.id)

    def neighbours(self) -> NeighbourIndex:
        """Returns the run's training pictures (10,000 at most) as its teacher sees them; cached on disk.

        The first call for a teacher takes some seconds. Raises ValueError as `models`.
        """
        config = self.finished().config
        with self._still_there():
            teacher = self._files()["teacher"]
            seen = RunConfig(
                data=config.data, train_size=config.train_size, pictures=config.pictures, seed=config.seed
            )
            return self._runs.index(config.teacher_id, teacher, seen, _state(teacher))

    def measured(self, name: str) -> float:
        """Returns a measure of it (kd.studies.measures), computed once and kept.

        Raises ValueError as `models`; also when there is no such measure.
        """
        from kd.studies.measures import measure, measured

        measure(name)  # raises if there is none
        kept = self._runs.store.runs.measures(self.id)
        if name not in kept:
            kept[name] = measured(name, self.to_measure())
            self._runs.store.runs.save_measures(self.id, kept)
        return kept[name]

    def to_measure(self) -> MeasuredRun:
        """Returns the run as measures see it."""
        from kd.studies.measures import MeasuredRun

        view = self.view()

        def logits() -> Mapping[str, np.ndarray]:
            second = self._runs.store.models.logits(view.config.second_teacher)
            return {**self.test_logits(), **({} if second is None else {"second_teacher": second})}

        return MeasuredRun(view.config, view.result or {}, logits, self.models, view.history)

    def export(
        self,
        format: str,
        model: str = "distilled",
        path: str | PathLike[str] | None = None,
        replace: bool = False,
        check: Check = nothing,
    ) -> list[Path]:
        """Writes the run, a model of it or its numbers as files that do without KD Lab: see `Lab.export`."""
        return export(self._runs.store, [self.finished()], format, model, path, replace, check)

    def _files(self) -> dict[str, Path]:
        """Returns the file of each model, without the records: reading those is slow for a drawing."""
        self.finished()
        return self._runs.store.of_each_model(self.id, self._runs.store.models.file)

    @contextlib.contextmanager
    def _still_there(self) -> Iterator[None]:
        """Turns a missing file into a sentence."""
        try:
            yield
        except FileNotFoundError:
            raise gone_meanwhile(self.id) from None


RunName = str | RunView | Run
"""A run, named by its id, a view of it or a handle on it."""

RunNames = RunName | Iterable[RunName]
"""A run or several."""


class Runs:
    """The runs that somebody asked for, newest first; those that come with the project are last.

    `len(lab.runs)` counts them, `for run in lab.runs` goes through them, and `lab.runs["e82d"]` is the one
    whose id is this or begins with it. A run is named by its id, a view of it or a handle on it.

    Whatever changes runs takes one or several: all of them are changed, or none if one cannot be. `person`:
    who does it, by the name that `Lab.train` was given. People may change their own runs and those that
    belong to nobody. None, as in a program of one's own, may change all but what came with the project.
    """

    def __init__(self, store: Store, in_progress: RunsInProgress, courses: Courses, upkeep: Upkeep):
        self.store, self.in_progress, self.courses = store, in_progress, courses
        self._upkeep, self._list = upkeep, RunList(store, in_progress.view)
        # what is read of finished runs, by where it is and the state of that: what was read last is kept
        self.network = computed_once(_BYTES_OF_NETWORKS, _bytes_of_network)(
            lambda path, state: NumpyModel.load(path)
        )
        self.logits = computed_once(_BYTES_OF_LOGITS, _bytes_of_logits)(
            lambda model_id, state: store.models.logits(model_id)
        )
        self.course = computed_once(_BYTES_OF_COURSES, _bytes_of_course)(
            lambda model_id, state: store.models.snapshots(model_id)
        )
        self.index = computed_once(maxsize=1)(self._open_index)  # stored, and opened in 0.1 s

    def __getitem__(self, name: RunName) -> Run:
        """Raises ValueError when no run has this id, or several begin with it."""
        run_id = run_id_of(name)
        if not self._list.has(run_id):
            found = [view.run_id for view in self.views() if run_id and view.run_id.startswith(run_id)]
            if len(found) > 1:
                raise ValueError(
                    f"{len(found)} runs have ids that begin with {quoted(run_id)}: give more of it."
                )
            run_id = self._list.known(found[0] if found else run_id)
        return Run(run_id, self)

    def __iter__(self) -> Iterator[Run]:
        return (Run(view.run_id, self) for view in self.views())

    def __len__(self) -> int:
        return len(self.views())

    def view(self, run: RunName) -> RunView:
        """Returns the run as it is now; cheap. Raises ValueError when no run has this id."""
        run_id = run_id_of(run)
        view = self._list.view(run_id)
        self._upkeep.watched(run_id)
        return view

    def views(self) -> tuple[RunView, ...]:
        """Returns the runs as they are now, quickly for thousands; the same tuple if nothing has changed."""
        return self._list.views()

    def stored(self, run_id: str) -> RunView | None:
        """Returns a finished run; None if there is none. Cheap."""
        return self._list.stored(run_id)

    def packed(self, name: str) -> bytes | None:
        """Returns a network of `Run.network_names` as kd/networks/packed.py writes it; None for others."""
        model_id = name.rpartition("-")[0]
        with contextlib.suppress(ValueError, OSError):  # also one that has no place in such a file
            path = self.store.models.file(model_id)
            if path is not None and _network_name(model_id, path) == name:
                return packed(self.network(path, _state(path)))
        return None

    def to_frame(self) -> pd.DataFrame:
        """Returns a table with one row for each run, with NaN or None where it has no result yet.

        Returns:
            The columns run (its id), status, created (UTC), shipped, whose, name, tags and note; every field
            of RunConfig by its name; then for teacher, distilled and scratch, each before an underscore:
            accuracy (on the test images, in [0, 1]), parameters, bytes (of its file), seconds (of training)
            and milliseconds (a picture takes); distilled_agreement and scratch_agreement (with the teacher,
            in [0, 1]); and of the comparison difference (distilled minus scratch, as a fraction) with low and
            high, its 95 % interval, p_value (McNemar's), verdict (a code), only_distilled and only_scratch
            (how many test images only one of the two gets right).
        """
        return runs_frame(self.views())

    def annotate(
        self,
        runs: RunNames,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        note: str | None = None,
        person: str | None = None,
    ) -> None:
        """Changes the name, the tags and the note of runs; what is None stays, what is empty goes.

        Raises ValueError when there is no such run, it is not this person's to change, the name has more than
        80 characters, a tag more than 30, the note more than 2,000, one of them has characters that cannot be
        seen, or there are more than 10 tags. Nothing is changed then.
        """
        changes = {
            "name": None if name is None else checked_name(name),
            "tags": None if tags is None else checked_tags(tags),
            "note": None if note is None else checked_note(note),
        }
        changes = {what: value for what, value in changes.items() if value is not None}
        run_ids = self._changeable(runs, person)
        if changes:
            self.store.runs.annotate(run_ids, **changes)

    def pin(self, runs: RunNames, pinned: bool = True, person: str | None = None) -> None:
        """Keeps runs even when space is needed, or no longer.

        Raises ValueError when there is no such run, or it is not this person's to keep.
        """
        self.store.runs.pin(self._changeable(runs, person), pinned)

    def delete(self, runs: RunNames, person: str | None = None) -> None:
        """Takes runs off the list; `restore` brings them back until their space is needed.

        Raises ValueError when there is no such run, it came with the project, it is waiting or training, or
        it is not this person's to delete.
        """
        run_ids = run_ids_of(runs)
        self._check(run_ids, person)
        self.store.runs.delete(run_ids)
        for run_id in run_ids:
            self.in_progress.forget(run_id)
            log.info("run %s deleted", run_id)

    def restore(self, runs: RunNames) -> list[str]:
        """Brings deleted runs back; returns the ids of those that are gone for good.

        Raises ValueError when this names no run.
        """
        return self.store.runs.restore(run_ids_of(runs))

    def deleted(self) -> dict[str, RunConfig]:
        """Returns the runs that can be brought back, the last one deleted at the end."""
        return {row.run_id: row.config for row in self.store.runs.deleted()}

    def deleted_last(self, person: str | None = None) -> dict[str, RunConfig]:
        """Returns the runs that were deleted together last, among those that this person may change."""
        rows = [row for row in self.store.runs.deleted() if person is None or row.person in (person, NOBODY)]
        return {row.run_id: row.config for row in rows if row.deleted == rows[-1].deleted}

    def _changeable(self, runs: RunNames, person: str | None) -> list[str]:
        """Returns the ids of known runs that this person may change; raises ValueError for others."""
        run_ids = [self._list.known(run_id) for run_id in run_ids_of(runs)]
        self._check(run_ids, person)
        return run_ids

    def _check(self, run_ids: Iterable[str], person: str | None) -> None:
        """Raises ValueError when one of them is not this person's to change."""
        for run_id in run_ids:
            row = self.store.runs.row(run_id)
            if self.store.runs.is_shipped(run_id):
                raise Unusable(_CAME_ALONG, run=run_id)
            if person is not None and row is not None and row.person not in (person, NOBODY):
                raise Unusable(_SOMEBODY_ELSES, run=run_id)

    def _open_index(
        self, teacher_id: str, teacher: Path, seen: RunConfig, state: tuple[int, int]
    ) -> NeighbourIndex:
        """Opens the pictures that students of this setting see as a teacher sees them."""
        data, chosen = data_set(seen.data), places(seen)[:NEIGHBOURS]
        drawn = "" if seen.pictures == FIRST else f"-{seen.seed}"
        pictures, labels = rows_at(data.x_train, chosen), data.y_train[chosen].astype(np.int32)
        path = self.store.home / "neighbours" / f"{teacher_id}-{len(pictures)}{drawn}.npz"
        return NeighbourIndex.open(path, self.network(teacher, state), pictures, labels)


def run_id_of(run: RunName) -> str:
    """Returns the id of the run; raises ValueError when this names no run."""
    if isinstance(run, RunView | Run):
        return run.run_id if isinstance(run, RunView) else run.id
    if not isinstance(run, str):
        raise ValueError(f"A run is named by its id, got {quoted(run)}.")
    return run.encode(errors="backslashreplace").decode()  # no id has half a character


def run_ids_of(runs: RunNames) -> list[str]:
    """Returns the id of each run, without duplicates."""
    each = [runs] if isinstance(runs, str | RunView | Run) or not isinstance(runs, Iterable) else runs
    return list(dict.fromkeys(map(run_id_of, each)))


def _network_name(model_id: str, path: Path) -> str:
    return "{}-{:x}.{:x}".format(model_id, *_state(path))


def _bytes_of_network(network: NumpyModel) -> int:
    """Returns about how many bytes a network takes: its weights, and those of its folded layers."""
    return 8 * network.parameters


def _bytes_of_course(course: Mapping[str, np.ndarray] | None) -> int:
    return 1 + sum(array.nbytes for array in (course or {}).values())


def _bytes_of_logits(logits: np.ndarray | None) -> int:
    return 1 if logits is None else logits.nbytes


def _state(path: Path) -> tuple[int, int]:
    """Returns a value that changes whenever the file is replaced."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size
