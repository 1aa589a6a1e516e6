"""From a finished run to files in a folder: all of them appear at once, or none does."""

from __future__ import annotations

import contextlib
import tempfile
from os import PathLike
from pathlib import Path

from kd import files
from kd.config import MODELS
from kd.export import format_named
from kd.export.format import Check, Format, Material
from kd.runs.state import RunView
from kd.store.store import Store
from kd.text.translation import _
from kd.text.words import quoted
from kd.unusable import Unusable


def nothing() -> None:
    """The check of whoever waits until the export is done."""


def export(
    store: Store,
    view: RunView,
    format: str,
    model: str = "distilled",
    path: str | PathLike[str] | None = None,
    replace: bool = False,
    check: Check = nothing,
) -> list[Path]:
    """As `kd.lab.Lab.export`, of a run that has finished."""
    chosen = format_named(format)
    if model not in MODELS:
        raise ValueError(
            _("model must be one of {choices}, got {value}.", choices=", ".join(MODELS), value=quoted(model))
        )
    chosen.check_packages()
    place = _place(chosen, path, chosen.file_name(view.run_id, model))
    if not replace:
        _check_free([place])
    made = chosen.files(material(store, view), model, place.name, check)
    contents = {place.parent / name: content for name, content in made.items()}
    needed = [path for path, content in contents.items() if not _has_already(path, content)]
    if not replace:
        _check_free(needed)
    check()
    try:
        files.write_together({path: contents[path] for path in needed})
    except OSError as error:
        raise _unwritable(place, error) from None
    return list(contents)


def _place(chosen: Format, path: str | PathLike[str] | None, usual: str) -> Path:
    """Where the file will be, in a folder that can be written."""
    try:
        place = Path.cwd() / usual if path is None else Path(path).expanduser().absolute()
        place = place / usual if place.is_dir() else place
        with contextlib.suppress(FileNotFoundError):
            place.lstat()
        with tempfile.TemporaryFile(dir=place.parent):
            return place
    # an unknown user's home, a name that is too long or has a NUL
    except (OSError, RuntimeError, ValueError) as error:
        raise _unwritable(path or Path.cwd(), error) from None


def _unwritable(path: str | PathLike[str], error: Exception) -> Unusable:
    return Unusable(
        _(
            "{path} cannot be written ({reason}): choose another file or folder.",
            path=_named(path),
            reason=getattr(error, "strerror", None) or str(error).rstrip("."),
        )
    )


def _named(path: str | PathLike[str]) -> str:
    text = str(path)
    return repr(text if len(text) <= 200 else f"{text[:150]}…{text[-40:]}")


def _check_free(paths: list[Path]) -> None:
    taken = [path for path in paths if path.exists()]
    if taken:
        raise Unusable(
            _(
                "{path} exists already: choose another name, or say that it may be replaced (--force, or "
                "replace=True).",
                path=_named(taken[0]),
            )
        )


def _has_already(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def material(store: Store, view: RunView) -> Material:
    """What an export of this finished run is made from.

    Raises:
        ValueError: when a model of it is missing or damaged.
    """
    record = store.record(view.run_id) or {}
    return Material(
        view=view,
        software=record.get("software", {}),
        model_ids=store.models_of(view.run_id),
        paths=store.of_each_model(view.run_id, store.model_file),
        logits=store.of_each_model(view.run_id, store.model_logits),
    )
