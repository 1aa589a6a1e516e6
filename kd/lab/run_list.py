"""The list of runs: as this process computes them, as others do, or as they are stored."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache, partial
from itertools import chain
from typing import Any

from kd.analysis.verdict import Comparison
from kd.base.unusable import Unusable
from kd.config import RunConfig, trains_teacher
from kd.runs.state import RunState, RunView
from kd.store import shipped
from kd.store.rows import Figures, RunRow, figures_of
from kd.store.store import Store, gone_meanwhile
from kd.text.endings import Ending
from kd.text.words import MODELS, quoted

_KEPT = 500  # results and histories stay in memory


class RunList:
    """Views of the runs of a store; stored results and histories are read when asked for. Thread-safe."""

    def __init__(self, store: Store, own: Callable[[str], RunView | None] = lambda run_id: None):
        """own: returns a run that this process computes, as it is now; None if it does not."""
        self._store, self._own = store, own
        self._lock = threading.Lock()
        self._version: Any = None
        self._rows: list[RunRow] = []
        self._last: tuple[RunView, ...] = ()
        self._known: dict[str, tuple[RunRow, RunView]] = {}
        self._result = lru_cache(maxsize=_KEPT)(self._read_result)
        self._history = lru_cache(maxsize=_KEPT)(self._read_history)
        self._of_shipped = cache(self._read_shipped)

    def views(self) -> tuple[RunView, ...]:
        """Returns the listed runs, newest first, then the included; the same tuple if nothing has changed."""
        with self._lock:
            version = self._store.runs.version()
            if version != self._version or any(map(self._is_gone, self._rows)):
                self._rows = self._store.runs.rows()
                if any(map(self._is_gone, self._rows)):
                    self._settle()
                    self._rows = self._store.runs.rows()
            elif not any(view.active for view in self._last):
                return self._last
            rows = self._rows
            known = {row.run_id for row in rows}
            included = [run_id for run_id in shipped.runs() if run_id not in known]
            found = (*map(self._of_row, rows), *map(self._of_shipped, included))
            if tuple(map(id, found)) != tuple(map(id, self._last)):
                self._last = found
                self._known = {run_id: each for run_id, each in self._known.items() if run_id in known}
            self._version = version
            return self._last

    def view(self, run_id: str) -> RunView:
        """Returns the run as it is now; raises ValueError when no run has this id."""
        row = self._store.runs.row(run_id)
        if row is not None and self._is_gone(row):
            self._settle()
            row = self._store.runs.row(run_id)
        if row is not None:
            return self._of_row(row)
        own = self._own(run_id)
        if own is not None:
            return own
        if self._store.runs.is_shipped(run_id):
            return self._of_shipped(run_id)
        raise _not_there(run_id)

    def stored(self, run_id: str) -> RunView | None:
        """Returns a finished run, even while it is computed again; None if it has no result."""
        if not self._store.runs.has(run_id):
            return None
        view = self.view(run_id)
        return None if view.result is None else view

    def has(self, run_id: str) -> bool:
        """Returns whether there is such a run, whatever its state."""
        runs = self._store.runs
        return bool(self._own(run_id) or runs.row(run_id) or runs.is_shipped(run_id))

    def known(self, run_id: str) -> str:
        """Returns the id if there is such a run; raises ValueError otherwise."""
        if not self.has(run_id):
            raise _not_there(run_id)
        return run_id

    def _is_gone(self, row: RunRow) -> bool:
        """Returns whether a run's process has ended before the run did."""
        return row.is_active and self._store.runs.worker(row.run_id) == "gone"

    def _settle(self) -> None:
        """Marks interrupted runs, unless another process is writing; then the next look does it."""
        with contextlib.suppress(OSError), self._store.waiting(0):
            self._store.runs.settle()

    def _of_row(self, row: RunRow) -> RunView:
        known = self._known.get(row.run_id)
        if known is not None and known[0] is row and not row.is_active:
            return known[1]
        said: dict[str, Any] = {name: getattr(row, name) for name in ("name", "tags", "note", "pinned")}
        said["whose"] = row.person
        if row.status == "finished":
            said |= {"created": row.created, "version": int(1000 * (row.stored or 0))}
            view = self._finished(row.run_id, row.config, row.stored, row.figures, **said)
        else:
            own = self._own(row.run_id)
            if own is not None and (own.active or row.is_active):  # the end of one could not be stored
                return replace(own, **said)
            view = _without_result(row, self._store.runs.events(row.run_id), said)
        self._known[row.run_id] = row, view
        return view

    def _read_shipped(self, run_id: str) -> RunView:
        record = shipped.run(run_id)
        if record is None:
            raise _not_there(run_id)
        config, figures = RunConfig.from_record(record["config"]), figures_of(record["result"])
        when = {"created": record["created"], "version": int(1000 * record["created"])}
        return self._finished(run_id, config, "shipped", figures, shipped=True, **when)

    def _finished(
        self, run_id: str, config: RunConfig, state: Any, figures: Figures | None, **rest: Any
    ) -> RunView:
        """Returns a view that reads result and history when they are asked for."""
        return RunView(
            run_id,
            config,
            status="finished",
            phase="done",
            progress=1.0,
            result=partial(self._result, run_id, state),  # type: ignore[arg-type]
            history=partial(self._history_now, run_id),  # type: ignore[arg-type]
            teacher_accuracy=None if figures is None else figures.teacher,
            figures=figures,
            **rest,
        )

    def _read_result(self, run_id: str, state: Any) -> dict[str, Any]:
        record = self._store.runs.record(run_id, deleted=True)  # perhaps since it was listed
        if record is None:
            raise gone_meanwhile(run_id)
        result, config = record["result"], RunConfig.from_record(record["config"])
        if "comparison" not in result:
            return result
        alpha = config.alpha if config.has_equal_students else None
        return {**result, "comparison": Comparison.opened(result["comparison"], alpha)}

    def _history_now(self, run_id: str) -> list[dict[str, Any]]:
        """Returns the epochs of a run's models, without those of a teacher that was there before."""
        record = self._store.runs.record(run_id, deleted=True)
        if record is None:
            return []
        is_trained = trains_teacher(RunConfig.from_record(record["config"]))
        models = [record["models"][name] for name in MODELS if name != "teacher" or is_trained]
        store = self._store.models  # snapshots may be stored later, and know more
        found = [self._history(each, store.state(each), store.snapshots_state(each)) for each in models]
        return list(chain.from_iterable(found))

    def _read_history(self, model_id: str, *_states: Any) -> list[dict[str, Any]]:
        """Returns the history of a model, with the test accuracies that only its snapshots know."""
        record = self._store.models.record(model_id)
        epochs = [] if record is None else record["history"]
        if all(event.get("val_accuracy") is not None for event in epochs):
            return epochs
        measured = self._store.models.snapshot_accuracies(model_id)
        return [
            {**event, "val_accuracy": measured.get(float(event["epoch"]))}
            if event.get("val_accuracy") is None
            else event
            for event in epochs
        ]


def _not_there(run_id: str) -> Unusable:
    return Unusable(
        "There is no run {run}: choose one from the list of runs, or train one.", run=quoted(run_id)
    )


def _without_result(row: RunRow, events: list[dict[str, Any]], said: dict[str, Any]) -> RunView:
    """Returns the view of a run that this process does not compute."""
    state = RunState(row.config)
    for event in events:
        state.hear(event)
    return replace(
        state.view(),
        status=row.status,
        phase={"queued": "queued", "running": "students"}.get(row.status, "done"),
        ending=Ending.read(row.ending),
        created=row.created,
        elsewhere=row.is_active,
        **said,
    )
