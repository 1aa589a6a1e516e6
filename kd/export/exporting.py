"""From a finished run to files in a folder: all of them appear at once, or none does."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from kd.base import files
from kd.base.unusable import Unusable
from kd.config import MODELS
from kd.export import TABLES, format_named
from kd.export.format import Check, Format, Material
from kd.export.tables import Csv, TableFormat, long_form
from kd.runs.state import RunView
from kd.store.store import Store
from kd.text.reasons import reason_of
from kd.text.words import quoted

if TYPE_CHECKING:
    import pandas as pd


def nothing() -> None:
    """Does nothing: the check of an export that no one may stop."""


def check_free(format: str, path: str, name: str) -> None:
    """Raises ValueError when `Lab.export` could not write there: a package is missing, or the file exists.

    name: of the file without an ending, where the path is a folder's.
    """
    chosen = format_named(format)
    chosen.check_packages()
    _check_free(_place(chosen, path, f"{name}{chosen.suffix}"))


def export(
    store: Store,
    views: Sequence[RunView],
    format: str,
    model: str = "distilled",
    path: str | PathLike[str] | None = None,
    replace: bool = False,
    check: Check = nothing,
    study_id: str | None = None,
) -> list[Path]:
    """Writes finished runs, as `Lab.export` says. study_id: of the study that all of them are part of."""
    chosen = format_named(format)
    if model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, got {quoted(model)}.")
    chosen.check_packages()
    name = study_id or (views[0].run_id if len(views) == 1 else "runs")
    place = _place(chosen, path, chosen.file_name(name, model))
    if not replace:
        _check_free(place)
    if isinstance(chosen, TableFormat):
        made = chosen.table_files(long_form(views, study_id), place.name)
    elif len(views) == 1 and study_id is None:
        made = chosen.files(material(store, views[0]), model, place.name, check)
    else:
        raise Unusable(
            "The format {format} holds one run: choose a single run, or one of the formats {tables}.",
            format=format,
            tables=", ".join(TABLES),
        )
    contents = {place.parent / name: content for name, content in made.items()}
    _write(contents, place, replace, check)
    return list(contents)


def export_table(
    table: pd.DataFrame, path: str | PathLike[str] | None, usual: str, replace: bool = False
) -> Path:
    """Writes a table as CSV; returns its path. usual: its name where none is given; else as `Lab.export`."""
    chosen = Csv()
    place = _place(chosen, path, usual)
    _write({place: chosen.content(table)}, place, replace, nothing)
    return place


def _write(contents: Mapping[Path, bytes], place: Path, replace: bool, check: Check) -> None:
    """Writes what is not there yet; raises ValueError when it may not replace a file, or cannot write."""
    needed = {path: content for path, content in contents.items() if not _has_already(path, content)}
    if not replace:
        _check_free(*needed)
    check()
    try:
        files.write_together(needed)
    except OSError as error:
        raise _unwritable(place, error) from None


def _place(chosen: Format, path: str | PathLike[str] | None, usual: str) -> Path:
    """Returns where the file will be, in a folder that can be written; raises ValueError where it cannot."""
    try:
        place = Path.cwd() / usual if path is None else Path(path).expanduser().absolute()
        place = place / usual if place.is_dir() or chosen.is_folder else place
        with contextlib.suppress(FileNotFoundError):
            place.lstat()
        folder = place.parent
        while chosen.is_folder and not folder.exists():
            folder = folder.parent
        with tempfile.TemporaryFile(dir=folder):
            return place
    # an unknown user's home, a name that is too long or has a NUL
    except (OSError, RuntimeError, ValueError) as error:
        raise _unwritable(path or Path.cwd(), error) from None


def _unwritable(path: str | PathLike[str], error: Exception) -> Unusable:
    return Unusable(
        "{path} cannot be written ({reason}): choose another file or folder.",
        path=repr(str(path)),
        reason=reason_of(error),
    )


def _check_free(*paths: Path) -> None:
    if taken := [path for path in paths if path.exists()]:
        raise Unusable(
            "{path} exists already: choose another name, or say that it may be replaced (--force, or "
            "replace=True).",
            path=repr(str(taken[0])),
        )


def _has_already(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def material(store: Store, view: RunView) -> Material:
    """Returns what an export of this finished run is made from; raises ValueError when a model is damaged."""
    record = store.runs.record(view.run_id) or {}
    return Material(
        view=view,
        software=record.get("software", {}),
        model_ids=store.runs.models_of(view.run_id),
        paths=store.of_each_model(view.run_id, store.models.file),
        logits=store.of_each_model(view.run_id, store.models.logits),
    )
