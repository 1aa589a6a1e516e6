"""From a finished run to files in a folder: all of them appear at once, or none does."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kd import files
from kd.config import MODELS
from kd.export import TABLES, format_named
from kd.export.format import Check, Format, Material
from kd.export.numbers.table_format import TableFormat
from kd.runs.state import RunView
from kd.store.store import Store
from kd.studies.kept.view import StudyView
from kd.study_handle import StudyHandle, no_run_has_finished
from kd.text.translation import N_, _
from kd.text.words import quoted
from kd.unusable import Unusable

if TYPE_CHECKING:
    import pandas as pd


_NO_MODEL = N_("model must be one of {choices}, got {value}.")


def nothing() -> None:
    """The check of whoever waits until the export is done."""


def check_free(format: str, path: str, name: str) -> None:
    """Check that an export could be written there, as `Lab.export` will do it.

    Args:
        name: of its file without an ending, where the path is a folder's.

    Raises:
        ValueError: when a package is missing, the file exists or cannot be written.
    """
    chosen = format_named(format)
    chosen.check_packages()
    _check_free([_place(chosen, path, f"{name}{chosen.suffix}")])


Exported = str | RunView | Sequence[str | RunView] | StudyView | StudyHandle
"""What can be exported: a run, for the formats of tables also several runs or a study."""


class Exports:
    """The part of Lab that writes what others can use."""

    store: Store
    _views: Any

    def export(
        self,
        run: Exported,
        format: str,
        model: str = "distilled",
        path: str | PathLike[str] | None = None,
        replace: bool = False,
        check: Check = nothing,
    ) -> list[Path]:
        """Write a finished run, one of its models, or the numbers of runs, as files that do without KD Lab.

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

        Raises:
            ValueError: when a run has not finished or a model of it is damaged, the format or the model is
                unknown, a package is missing, the file exists or cannot be written, the conversion fails, or
                what it makes is not the same model. Nothing is written then.
        """
        chosen = format_named(format)
        if model not in MODELS:
            raise ValueError(_(_NO_MODEL, choices=", ".join(MODELS), value=quoted(model)))
        chosen.check_packages()
        views, study_id = self._exported(run)
        name = study_id or (views[0].run_id if len(views) == 1 else "runs")
        place = _place(chosen, path, chosen.file_name(name, model))
        if isinstance(chosen, TableFormat):
            return _written(place, lambda name: chosen.table_files(self.numbers(run), name), replace, check)
        if len(views) != 1 or study_id is not None:
            raise Unusable(
                _(
                    "The format {format} holds one run: choose a single run, or one of the formats {tables}.",
                    format=format,
                    tables=", ".join(TABLES),
                )
            )
        return _written(
            place,
            lambda name: chosen.files(material(self.store, views[0]), model, name, check),
            replace,
            check,
        )

    def numbers(self, run: Exported) -> pd.DataFrame:
        """The numbers of a run, of several or of a study: one row for each finished run and model.

        Returns:
            The table of kd.export.numbers.long_form; `kd.export.numbers.columns.dictionary` says what its
            columns are.

        Raises:
            ValueError: when a run, or all of a study, has not finished.
        """
        from kd.export.numbers.long_form import long_form

        return long_form(*self._exported(run))

    def _exported(self, run: Exported) -> tuple[list[RunView], str | None]:
        """The finished runs, and the id of the study that they are of."""
        if isinstance(run, StudyView | StudyHandle):
            stored = [self._views.stored(config.run_id) for _cell, config in run.study.runs()]
            views = [view for view in stored if view is not None]
            if not views:
                raise Unusable(no_run_has_finished(run.study_id))
            return views, run.study_id
        if isinstance(run, str | RunView):
            return [self._finished(run)], None
        if not run:
            raise Unusable(_("No run was named: choose one or more."))
        return [self._finished(one) for one in run], None

    def _finished(self, run: str | RunView) -> RunView:
        raise NotImplementedError


def _written(
    place: Path, files_for: Callable[[str], dict[str, bytes]], replace: bool, check: Check
) -> list[Path]:
    """Make the files, given the name of the first, and write them; returns their paths."""
    if not replace:
        _check_free([place])
    contents = {place.parent / name: content for name, content in files_for(place.name).items()}
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
    record = store.runs.record(view.run_id) or {}
    return Material(
        view=view,
        software=record.get("software", {}),
        model_ids=store.runs.models_of(view.run_id),
        paths=store.of_each_model(view.run_id, store.models.file),
        logits=store.of_each_model(view.run_id, store.models.logits),
    )
