"""What becomes of stored runs: kept, deleted, brought back."""

from __future__ import annotations

import logging

from kd.config import RunConfig
from kd.runs.dispatch import Dispatch
from kd.runs.state import RunView, run_id_of
from kd.runs.views import RunViews
from kd.store.store import Store
from kd.store.upkeep import Upkeep

log = logging.getLogger("kd")


class Keeping:
    """The part of Lab that keeps, deletes and restores runs."""

    store: Store
    upkeep: Upkeep
    _dispatch: Dispatch
    _views: RunViews

    def unreadable(self) -> list[str]:
        """The runs whose index entries cannot be read; `delete` accepts their names."""
        return self.store.index.unreadable()

    def delete(self, run: str | RunView) -> None:
        """Take a run off the list; `restore` brings it back until its space is needed.

        Raises:
            ValueError: when there is no such run, it came with the project, or it is waiting or training.
        """
        run_id = run_id_of(run)
        self.store.delete_run(run_id)
        self._dispatch.forget(run_id)
        self.upkeep.forget_usage()
        log.info("run %s deleted", run_id)

    def restore(self, run: str | RunView) -> bool:
        """Bring a deleted run back; False if it is not deleted.

        Raises:
            ValueError: when there is no such run, or it is gone for good.
        """
        run_id = run_id_of(run)
        restored = self.store.restore_run(run_id)
        self.upkeep.forget_usage()
        log.info("run %s %s", run_id, "brought back" if restored else "could not be brought back")
        if not restored:
            self._views.known(run)
        return restored

    def deleted(self) -> dict[str, RunConfig]:
        """The runs that can be brought back, the last one deleted at the end."""
        return {row["run_id"]: row["config"] for row in self.store.index.deleted()}

    def pin(self, run: str | RunView, pinned: bool = True) -> None:
        """Keep a run even when space is needed, or no longer.

        Raises:
            ValueError: when there is no such run.
        """
        self.store.index.pin(self._views.known(run), pinned)
        self.upkeep.forget_usage()
