"""Runs as others see them: from this process's own work, from the store, or from the index."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from kd.analysis.comparison import Comparison
from kd.config import RunConfig
from kd.runs.state import RunView, run_id_of
from kd.store.index.notes import Note
from kd.store.index.rows import ACTIVE, Row, is_event
from kd.store.store import DamagedRun, Store
from kd.text.endings import Ending
from kd.text.translation import _
from kd.text.words import MODELS, quoted
from kd.unusable import Unusable

if TYPE_CHECKING:
    from kd.runs.dispatch import Dispatch

# How often to look at a run whose files do not match the index: somebody may be moving them.
LOOKS = 4


class _Read(NamedTuple):
    """A finished run as it was read.

    state: of its record then. gaps: its models about whose training more may be stored later, and what was
    stored about them then.
    """

    state: tuple[int, int]
    view: RunView
    gaps: dict[str, tuple]


class RunViews:
    """Views of runs; a finished run is read only once. Thread-safe."""

    def __init__(self, store: Store, dispatch: Dispatch | None = None, histories: bool = True):
        """
        Args:
            dispatch: knows the runs of this process, if it computes any.
            histories: whether finished runs have theirs; a list of results does without.
        """
        self._store, self._dispatch, self._histories = store, dispatch, histories
        self._stored: dict[str, _Read] = {}

    def all(self) -> list[RunView]:
        """Every readable run that somebody asked for, newest first; those of the project are last."""
        rows = self._store.index.rows(unasked=True)
        known = {row["run_id"] for row in rows}
        shipped = [run_id for run_id in self._store.shipped_runs() if run_id not in known]
        views, notes = [], self._store.index.notes()
        for run_id in [*(row["run_id"] for row in rows if row["asked"]), *shipped]:
            with contextlib.suppress(ValueError):  # somebody has deleted it in the meantime
                views.append(_with_note(self._view(run_id), notes.get(run_id, Note())))
        for run_id in set(list(self._stored)) - {*known, *shipped}:
            self._stored.pop(run_id, None)
        return views

    def view(self, run_id: str) -> RunView:
        """The run as it is now.

        Raises:
            ValueError: when no run has this id, or its record cannot be read.
        """
        return _with_note(self._view(run_id), self._store.index.note_of(run_id))

    def _view(self, run_id: str) -> RunView:
        """The run as it is now, without what people wrote about it."""
        view = self._own(run_id)
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
        view = self._own(run_id)
        if view is not None:
            return view  # its end could not be stored: only this process knows
        if self._store.index.worker(run_id) == "gone":
            self._reconcile()
            row = self._store.row(run_id)
        if row is None:
            raise self._not_there(run_id)
        return _view_of_row(row, self._store.index.events(run_id))

    def known(self, run: str | RunView) -> str:
        """The id of a run that is known here, whatever its state.

        Raises:
            ValueError: when there is no such run, or its record cannot be read.
        """
        run_id = run_id_of(run)
        if self._own(run_id) or self._store.row(run_id) or self._store.has_run(run_id):
            return run_id
        raise self._not_there(run_id)

    def stored(self, run_id: str) -> RunView | None:
        """A finished run from the store, read only once; None if there is none, or no longer."""
        state = self._store.state_of(run_id)
        if state is None:
            self._stored.pop(run_id, None)
            return None
        known = self._stored.get(run_id)
        if known is None or known.state != state or known.gaps != self._seen(known.gaps):
            try:
                known = self._load(run_id, state)
            except DamagedRun:
                if self._dispatch is not None:
                    self._dispatch.forget(run_id)
                known = None
            if known is None:
                return None
            self._stored[run_id] = known
        return known.view

    def _own(self, run_id: str) -> RunView | None:
        """A run of this process."""
        return None if self._dispatch is None else self._dispatch.view(run_id)

    def _seen(self, models: Iterable[str]) -> dict[str, tuple]:
        return {name: (self._store.model_state(name), self._store.snapshots_state(name)) for name in models}

    def _reconcile(self) -> None:
        """Repair the index, unless somebody else is writing to it: then whoever looks next does it."""
        with contextlib.suppress(OSError), self._store.index.waiting(0):
            self._store.reconcile()

    def _not_there(self, run_id: str) -> Unusable:
        if run_id in self._store.index.unreadable():
            return Unusable(
                _(
                    "The index entry for run {run} is damaged or was written by another version: "
                    "delete it on the Runs page, then train the run again.",
                    run=run_id,
                )
            )
        return Unusable(
            _("There is no run {run}: choose one from the list of runs, or train one.", run=quoted(run_id))
        )

    def _load(self, run_id: str, state: tuple[int, int]) -> _Read | None:
        record = self._store.record(run_id)
        if record is None:
            return None
        try:
            config, result = RunConfig.from_record(record["config"]), record["result"]
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
            alpha = config.alpha if config.has_equal_students else None
            result = {**result, "comparison": Comparison.opened(result["comparison"], alpha)}
        trained = _trained_for(config, record.get("models", {})) if self._histories else ()
        seen = self._seen(trained)
        epochs = {model_id: self._epochs(model_id) for model_id in seen}
        # a run that could not be brought over from an earlier version still has its history itself
        history = record.get("history") or list(chain.from_iterable(epochs.values()))
        view = RunView(
            run_id=run_id,
            config=config,
            status="finished",
            phase="done",
            history=history,
            progress=1.0,
            version=len(history),
            result=result,
            created=record["created"],
            shipped=self._store.is_shipped(run_id),
            teacher_accuracy=result["teacher"]["test_accuracy"],
        )
        return _Read(state, view, {name: seen[name] for name in seen if _has_gaps(epochs[name])})

    def _epochs(self, model_id: str) -> list[dict[str, Any]]:
        """The history of a model, with the test accuracies that only its snapshots know."""
        record = self._store.model_record(model_id)
        epochs = [] if record is None else record["history"]
        if not _has_gaps(epochs):
            return epochs
        measured = self._store.snapshot_accuracies(model_id)
        return [_filled(event, measured.get(float(event["epoch"]))) for event in epochs]


def _with_note(view: RunView, note: Note) -> RunView:
    if note == Note():
        return view
    whose = "" if view.shipped else note.person
    return replace(view, name=note.name, tags=note.tags, note=note.note, whose=whose)


def _trained_for(config: RunConfig, models: dict[str, str]) -> list[str]:
    """The models of a run whose training belongs to it: a teacher that was there before had its own."""
    return [
        models[name] for name in MODELS if name in models and (name != "teacher" or config.teacher == "fresh")
    ]


def _has_gaps(epochs: list[dict[str, Any]]) -> bool:
    """Whether a model's history is missing, or an epoch of it has no test accuracy."""
    return not epochs or any(event.get("val_accuracy") is None for event in epochs)


def _filled(event: dict[str, Any], accuracy: float | None) -> dict[str, Any]:
    has_gap = accuracy is not None and event.get("val_accuracy") is None
    return {**event, "val_accuracy": accuracy} if has_gap else event


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
