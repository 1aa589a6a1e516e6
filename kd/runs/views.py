"""Runs as others see them: from this process's own work, from the store, or from the index."""

from __future__ import annotations

import contextlib
from typing import Any

from kd.config import RunConfig
from kd.runs.dispatch import Dispatch
from kd.runs.result import Comparison
from kd.runs.state import RunView
from kd.store.index_rows import ACTIVE, Row, is_event
from kd.store.store import DamagedRun, Store
from kd.text.endings import Ending
from kd.text.translation import _
from kd.text.words import quoted
from kd.unusable import Unusable

# How often to look at a run whose files do not match the index: somebody may be moving them.
LOOKS = 4


class RunViews:
    """Views of runs; a finished run is read only once. Thread-safe."""

    def __init__(self, store: Store, dispatch: Dispatch):
        self._store, self._dispatch = store, dispatch
        self._stored: dict[str, tuple[tuple[int, int], RunView]] = {}

    def all(self) -> list[RunView]:
        """Every readable run, newest first; those that come with the project are last."""
        rows = [row["run_id"] for row in self._store.index.rows()]
        shipped = [run_id for run_id in self._store.shipped_runs() if run_id not in rows]
        views = []
        for run_id in [*rows, *shipped]:
            with contextlib.suppress(ValueError):  # somebody has deleted it in the meantime
                views.append(self.view(run_id))
        for run_id in set(list(self._stored)) - {*rows, *shipped}:
            self._stored.pop(run_id, None)
        return views

    def view(self, run_id: str) -> RunView:
        """The run as it is now.

        Raises:
            ValueError: when no run has this id, or its record cannot be read.
        """
        view = self._dispatch.view(run_id)
        if view is not None and view.active:
            return view
        for look in range(LOOKS):
            stored = self.stored(run_id)
            if stored is not None:
                return stored
            row = self._store.row(run_id)
            if row is None or row["status"] != "finished":
                break
            if look:  # so nobody is just deleting it or bringing it back
                self._reconcile()
        else:
            raise Unusable(_("The files of run {run} are being moved: try again in a moment.", run=run_id))
        view = self._dispatch.view(run_id)
        if view is not None:
            return view  # its end could not be stored: only this process knows
        if self._store.index.worker(run_id) == "gone":
            self._reconcile()
            row = self._store.row(run_id)
        if row is None:
            raise self._not_there(run_id)
        return _view_of_row(row, self._store.index.events(run_id))

    def stored(self, run_id: str) -> RunView | None:
        """A finished run from the store, read only once; None if there is none, or no longer."""
        state = self._store.state_of(run_id)
        if state is None:
            self._stored.pop(run_id, None)
            return None
        known = self._stored.get(run_id)
        if known is None or known[0] != state:
            try:
                view = self._load(run_id)
            except DamagedRun:
                self._dispatch.forget(run_id)
                view = None
            if view is None:
                return None
            known = self._stored[run_id] = state, view
        return known[1]

    def _reconcile(self) -> None:
        """Repair the index, unless somebody else is writing to it: then whoever looks next does it."""
        with contextlib.suppress(OSError), self._store.index.waiting(0):
            self._store.reconcile()

    def _not_there(self, run_id: str) -> ValueError:
        if run_id in self._store.index.unreadable():
            return Unusable(
                _(
                    "The index entry for run {run} is damaged or was written by another version: "
                    "delete it on the Runs page, then train the run again.",
                    run=run_id,
                )
            )
        return ValueError(
            _("There is no run {run}: choose one from the list of runs, or train one.", run=quoted(run_id))
        )

    def _load(self, run_id: str) -> RunView | None:
        record = self._store.record(run_id)
        if record is None:
            return None
        try:
            config, result = RunConfig.from_mapping(record["config"]), record["result"]
        except (ValueError, TypeError) as error:
            raise Unusable(
                _(
                    "Run {run} was stored by another version of KD Lab ({reason}): "
                    "use that version, or delete the run on the Runs page.",
                    run=run_id,
                    reason=str(error).rstrip("."),
                )
            ) from None
        if "comparison" in result:
            result = {**result, "comparison": Comparison.opened(result["comparison"], config.alpha)}
        return RunView(
            run_id=run_id,
            config=config,
            status="finished",
            phase="done",
            history=record["history"],
            progress=1.0,
            version=len(record["history"]),
            result=result,
            created=record["created"],
            shipped=self._store.is_shipped(run_id),
            teacher_accuracy=result["teacher"]["test_accuracy"],
        )


def _view_of_row(row: Row, events: list[dict[str, Any]]) -> RunView:
    """A run that this process is not computing: interrupted, stopped, or another process's."""
    history: dict[str, list[dict]] = {}
    for event in filter(is_event, events):
        if event["event"] == "begin":
            history[event["model"]] = [epoch for epoch in event.get("history", []) if is_event(epoch)]
        else:
            history.setdefault(event["model"], []).append(event)
    epochs = [event for model in history.values() for event in model]
    students = [event["epoch"] / event["epochs"] for event in epochs if event["model"] != "teacher"]
    return RunView(
        run_id=row["run_id"],
        config=row["config"],
        status=row["status"],
        phase={"queued": "queued", "running": "students"}.get(row["status"], "done"),
        ending=Ending.read(row["message"]),
        history=epochs,
        progress=max(students, default=0.0),
        version=len(events),
        created=row["created"],
        elsewhere=row["status"] in ACTIVE,
    )
