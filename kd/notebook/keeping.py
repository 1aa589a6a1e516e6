"""What becomes of stored runs: named, tagged and annotated, kept, deleted, brought back."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from kd.config import RunConfig
from kd.notebook.wording import checked_name, checked_note, checked_tags
from kd.runs.dispatch import Dispatch
from kd.runs.state import RunView, run_id_of
from kd.store.runs import NOBODY
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.text.translation import _
from kd.unusable import Unusable

log = logging.getLogger("kd")

Runs = str | RunView | Iterable[str | RunView]
"""A run, or several: each named by its id or by a view of it."""


class Keeping:
    """The part of Lab that names, keeps, deletes and restores runs.

    Each method takes one run or several: then all of them are changed, or none if one cannot be. `person`:
    who does it, by the name that `start` was given. People may change their own runs and those that are
    nobody's in particular. None, as in a program of one's own, may change whatever there is.
    """

    store: Store
    upkeep: Upkeep
    _dispatch: Dispatch
    _views: Any

    def notebook(self) -> tuple[RunView, ...]:
        """The runs of `Lab.runs`, which is quick for thousands: what the page Runs lists.

        The very same tuple as the last time if nothing has changed since.
        """
        return self._views.views()

    def may_change(self, run: str | RunView, person: str | None) -> bool:
        """Whether this person may change a run: not if it came with the project, or is somebody else's."""
        run_id = run_id_of(run)
        return not self.store.runs.is_shipped(run_id) and (
            person is None or self.whose(run_id) in (person, NOBODY)
        )

    def whose(self, run: str | RunView) -> str:
        """The person who asked for a run first; empty if that was nobody in particular."""
        row = self.store.runs.row(run_id_of(run))
        return NOBODY if row is None else row.person

    def name(self, runs: Runs, name: str, person: str | None = None) -> None:
        """Call runs something; an empty name takes theirs away.

        Raises:
            ValueError: as `annotate`.
        """
        self.annotate(runs, name=name, person=person)

    def tag(self, runs: Runs, tags: Iterable[str], person: str | None = None) -> None:
        """Give runs these tags in place of those they have.

        Raises:
            ValueError: as `annotate`.
        """
        self.annotate(runs, tags=tags, person=person)

    def note(self, runs: Runs, note: str, person: str | None = None) -> None:
        """Write a note about runs in place of the one they have; an empty one takes it away.

        Raises:
            ValueError: as `annotate`.
        """
        self.annotate(runs, note=note, person=person)

    def annotate(
        self,
        runs: Runs,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        note: str | None = None,
        person: str | None = None,
    ) -> None:
        """Change the name, the tags and the note of runs together; what is None stays.

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

    def delete(self, runs: Runs, person: str | None = None) -> None:
        """Take runs off the list; `restore` brings them back until their space is needed.

        Raises:
            ValueError: when there is no such run, it came with the project, it is waiting or training, or it
                is not this person's to delete.
        """
        when, run_ids = time.time(), _ids(runs)
        for run_id in run_ids:
            self._check(run_id, person)
        self.store.runs.delete(run_ids, when)
        for run_id in run_ids:
            self._dispatch.forget(run_id)
            log.info("run %s deleted", run_id)
        self.upkeep.forget_usage()

    def restore(self, run: str | RunView) -> bool:
        """Bring a deleted run back; False if it is not deleted.

        Raises:
            ValueError: when there is no such run, or it is gone for good.
        """
        run_id = run_id_of(run)
        restored = self.store.runs.is_deleted(run_id) and not self.store.runs.restore([run_id])
        self.upkeep.forget_usage()
        if not restored:
            self._views.known(run)
        return restored

    def restore_all(self, runs: Iterable[str | RunView]) -> list[str]:
        """Bring several deleted runs back; returns the ids of those that are gone for good."""
        gone = self.store.runs.restore(list(map(run_id_of, runs)))
        self.upkeep.forget_usage()
        return gone

    def deleted(self) -> dict[str, RunConfig]:
        """The runs that can be brought back, the last one deleted at the end."""
        return {row.run_id: row.config for row in self.store.runs.deleted()}

    def deleted_last(self, person: str | None = None) -> dict[str, RunConfig]:
        """The runs that were deleted together, and last, of those that are this person's to change."""
        rows = self.store.runs.deleted()
        if person is not None:
            rows = [row for row in rows if row.person in (person, NOBODY)]
        return {row.run_id: row.config for row in rows if row.deleted == rows[-1].deleted}

    def pin(self, runs: Runs, pinned: bool = True, person: str | None = None) -> None:
        """Keep runs even when space is needed, or no longer.

        Raises:
            ValueError: when there is no such run, or it is not this person's to keep.
        """
        self.store.runs.pin(self._changeable(runs, person), pinned)
        self.upkeep.forget_usage()

    def _changeable(self, runs: Runs, person: str | None) -> list[str]:
        """The ids of runs that are known and that this person may change.

        Raises:
            ValueError: when one of them is neither.
        """
        run_ids = [self._views.known(run) for run in _ids(runs)]
        for run_id in run_ids:
            self._check(run_id, person)
        return run_ids

    def _check(self, run_id: str, person: str | None) -> None:
        if self.may_change(run_id, person):
            return
        if self.store.runs.is_shipped(run_id):
            raise Unusable(
                _("Run {run} came with the app: you can open and compare it, but not change it.", run=run_id)
            )
        raise Unusable(
            _("Run {run} is somebody else's: you can open and compare it, but not change it.", run=run_id)
        )


def _ids(runs: Runs) -> list[str]:
    each = [runs] if isinstance(runs, str | RunView) or not isinstance(runs, Iterable) else runs
    return list(dict.fromkeys(map(run_id_of, each)))
