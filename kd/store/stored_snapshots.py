"""Snapshots of models in the course of their training: shown on request, and made again by training again."""

from __future__ import annotations

import contextlib
import logging
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kd import files
from kd.files import Damaged, npz_arrays, npz_bytes
from kd.store.stored import ID, Stored

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger("kd")


class StoredSnapshots(Stored):
    """One file per model, with a checksum; a damaged one is removed."""

    def has_snapshots(self, model_id: str) -> bool:
        """Whether snapshots of a model's training are stored."""
        return self._snapshots_file(model_id) is not None

    def snapshots(self, model_id: str) -> dict[str, np.ndarray] | None:
        """A model in the course of its training, read-only; None if missing or damaged.

        Returns:
            times: in epochs, float (k,). logits: of all test images, float16 (k, 10000, 10). weights: float16
            (k, parameters), each model.get_weights() flattened and joined. accuracies: on the test images,
            float64 (k,).
        """
        path = self._snapshots_file(model_id)
        if path is None:
            return None
        try:
            arrays = arrays_of(path, files.read_sealed(path))
        except FileNotFoundError:
            return None
        except (Damaged, OSError) as error:
            log.warning("the snapshots of model %s cannot be used (%s)", model_id, files.said(error))
            self._drop(path)
            return None
        if not self._is_shipped(path):
            with contextlib.suppress(OSError):
                os.utime(path)  # what is looked at is not the first to go
        return arrays

    def snapshot_accuracies(self, model_id: str) -> dict[float, float]:
        """Time in epochs → test accuracy, from a model's snapshots; empty if there are none.

        Reads next to nothing of the file, and relies on the check sum that a zip has for each part.
        """
        path = self._snapshots_file(model_id)
        if path is None:
            return {}
        try:
            with zipfile.ZipFile(path) as archive:
                times, accuracies = (_part(archive, name) for name in ("times", "accuracies"))
        # a damaged zip of arrays may raise anything: zlib.error, BadZipFile, KeyError, EOFError …
        except Exception:
            return {}  # whoever looks at the snapshots says so
        return dict(zip(times.tolist(), accuracies.tolist(), strict=True))

    def snapshots_state(self, model_id: str) -> tuple[int, int] | None:
        """Changes whenever snapshots of this model are stored again; None if there are none."""
        if ID.fullmatch(model_id):  # a list of thousands of runs asks for all of them
            for parent in (self.home, self.shipped):
                path = os.path.join(parent, "snapshots", f"{model_id}.npz")
                with contextlib.suppress(OSError):
                    status = os.stat(path)
                    if not self._ignored or Path(path) not in self._ignored:
                        return status.st_ino, status.st_size
        return None

    def save_snapshots(self, model_id: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Store snapshots of a model's training, as `snapshots` returns them.

        Raises:
            OSError: when they cannot be stored.
        """
        self.room.do(lambda: files.write_sealed(self._own_snapshots(model_id), npz_bytes(arrays)))

    def _own_snapshots(self, model_id: str) -> Path:
        return self.home / "snapshots" / f"{model_id}.npz"

    def _snapshots_file(self, model_id: str) -> Path | None:
        if ID.fullmatch(model_id):
            for path in (self._own_snapshots(model_id), self.shipped / "snapshots" / f"{model_id}.npz"):
                if path not in self._ignored and os.path.isfile(path):
                    return path
        return None

    def _drop(self, path: Path) -> None:
        if self._is_shipped(path):
            self._ignored.add(path)
        else:
            path.unlink(missing_ok=True)


def arrays_of(path: Path, content: bytes) -> dict[str, np.ndarray]:
    """The arrays of an npz, read-only.

    Raises:
        Damaged: when it is none; a file that comes with the project has no checksum.
    """
    try:
        arrays = npz_arrays(content)
    # a damaged zip of arrays may raise anything: zlib.error, BadZipFile, KeyError, EOFError …
    except Exception as error:
        raise Damaged(f"{path.name} cannot be read ({error})") from None
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def _part(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    from numpy.lib.format import read_array

    with archive.open(f"{name}.npy") as part:
        return read_array(part, allow_pickle=False)
