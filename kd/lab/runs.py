"""Runs: all runs of a lab, to look at, to name, to keep, to delete and to bring back."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kd.base.unusable import Unusable
from kd.config import NOBODY, RunConfig
from kd.lab.run import Run, RunName, RunNames, run_id_of, run_ids_of
from kd.lab.run_list import RunList
from kd.lab.trained import Trained
from kd.notebook.wording import checked_name, checked_note, checked_tags
from kd.runs.courses import Courses
from kd.runs.in_progress import RunsInProgress
from kd.runs.state import RunView
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("kd")


class Runs:
    """The runs that somebody asked for, newest first; those that come with the project are last.

    `len(lab.runs)` counts them, `for run in lab.runs` goes through them, and `lab.runs["e82d"]` is the one
    whose id is this or begins with it. A run is named by its id, a view of it or a handle on it.

    Whatever changes runs takes one or several: all of them are changed, or none if one cannot be. `person`:
    who does it, by the name that `Lab.train` was given. People may change their own runs and those that
    belong to nobody. None, as in a program of one's own, may change all but what came with the project.
    """

    def __init__(self, store: Store, in_progress: RunsInProgress, courses: Courses, upkeep: Upkeep):
        self.store, self.in_progress = store, in_progress
        self._upkeep, self._list = upkeep, RunList(store, in_progress)
        self.trained = Trained(store, courses, self.view)

    def __getitem__(self, name: RunName) -> Run:
        """
        Raises:
            ValueError: when no run has this id, or several begin with it.
        """
        run_id = run_id_of(name)
        if self._is_known(run_id):
            return Run(run_id, self)
        found = [entry.run_id for entry in self.views() if run_id and entry.run_id.startswith(run_id)]
        if len(found) > 1:
            raise ValueError(f"{len(found)} runs have ids that begin with {quoted(run_id)}: give more of it.")
        return Run(self._list.known(found[0] if found else run_id), self)

    def __iter__(self) -> Iterator[Run]:
        return (Run(entry.run_id, self) for entry in self.views())

    def __len__(self) -> int:
        return len(self.views())

    def view(self, run: RunName) -> RunView:
        """Returns the run as it is now; cheap.

        Raises:
            ValueError: when no run has this id.
        """
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
        return self._list.to_frame()

    def annotate(
        self,
        runs: RunNames,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        note: str | None = None,
        person: str | None = None,
    ) -> None:
        """Changes the name, the tags and the note of runs; what is None stays, what is empty goes.

        Raises:
            ValueError: when there is no such run, it is not this person's to change, the name has more than
                80 characters, a tag more than 30, the note more than 2,000, one of them has characters that
                cannot be seen, or there are more than 10 tags. Nothing is changed then.
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

        Raises:
            ValueError: when there is no such run, or it is not this person's to keep.
        """
        self.store.runs.pin(self._changeable(runs, person), pinned)
        self._upkeep.forget_usage()

    def delete(self, runs: RunNames, person: str | None = None) -> None:
        """Takes runs off the list; `restore` brings them back until their space is needed.

        Raises:
            ValueError: when there is no such run, it came with the project, it is waiting or training, or it
                is not this person's to delete.
        """
        when, run_ids = time.time(), run_ids_of(runs)
        self._check(run_ids, person)
        self.store.runs.delete(run_ids, when)
        for run_id in run_ids:
            self.in_progress.forget(run_id)
            log.info("run %s deleted", run_id)
        self._upkeep.forget_usage()

    def restore(self, runs: RunNames) -> list[str]:
        """Brings deleted runs back; returns the ids of those that are gone for good.

        Raises:
            ValueError: when this names no run.
        """
        gone = self.store.runs.restore(run_ids_of(runs))
        self._upkeep.forget_usage()
        return gone

    def deleted(self) -> dict[str, RunConfig]:
        """Returns the runs that can be brought back, the last one deleted at the end."""
        return {row.run_id: row.config for row in self.store.runs.deleted()}

    def deleted_last(self, person: str | None = None) -> dict[str, RunConfig]:
        """Returns the runs that were deleted together last, among those that this person may change."""
        rows = self.store.runs.deleted()
        if person is not None:
            rows = [row for row in rows if row.person in (person, NOBODY)]
        return {row.run_id: row.config for row in rows if row.deleted == rows[-1].deleted}

    def _is_known(self, run_id: str) -> bool:
        with contextlib.suppress(ValueError):
            return bool(self._list.known(run_id))
        return False

    def _changeable(self, runs: RunNames, person: str | None) -> list[str]:
        """Returns the ids of known runs that this person may change.

        Raises:
            ValueError: when one of them is neither.
        """
        run_ids = [self._list.known(run_id) for run_id in run_ids_of(runs)]
        self._check(run_ids, person)
        return run_ids

    def _check(self, run_ids: Iterable[str], person: str | None) -> None:
        """Raises: ValueError, when one of them is not this person's to change."""
        for run_id in run_ids:
            if self.store.runs.is_shipped(run_id):
                raise Unusable(
                    _(
                        "Run {run} came with the app: you can open and compare it, but not change it.",
                        run=run_id,
                    )
                )
            row = self.store.runs.row(run_id)
            if person is not None and row is not None and row.person not in (person, NOBODY):
                raise Unusable(
                    _(
                        "Run {run} is somebody else's: you can open and compare it, but not change it.",
                        run=run_id,
                    )
                )
