"""What can be computed again: teachers' logits, measures of runs, and measurements of this machine."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kd import files
from kd.files import Damaged, json_bytes, npz_arrays, npz_bytes
from kd.store.stored import Stored

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger("kd")


class StoredCaches(Stored):
    """What makes work quicker, and is made again where it is missing or damaged."""

    def logits(self, key: str) -> dict[str, np.ndarray] | None:
        """Stored arrays of a teacher by their key, as `save_logits` took them; None if missing or damaged."""
        path = self.home / "logits" / f"{key}.npz"
        try:
            logits = npz_arrays(files.read_sealed(path))
            os.utime(path)
            return logits
        except FileNotFoundError:
            return None
        except (Damaged, OSError) as error:
            log.warning("the cached logits %s cannot be used (%s): they are computed again", key, error)
            path.unlink(missing_ok=True)
            return None

    def save_logits(self, key: str, logits: dict[str, np.ndarray]) -> None:
        """Store logits under a key."""
        path = self.home / "logits" / f"{key}.npz"
        self.room.do(lambda: files.write_sealed(path, npz_bytes(logits)))

    def measures(self, run_id: str, created: float) -> dict[str, float]:
        """What was measured of a run (kd.studies.measures), by name; nothing where it is missing or damaged.

        Args:
            created: when the run was stored; what was measured of an earlier one does not count.
        """
        path = self.home / "measures" / f"{run_id}.json"
        try:
            stored = json.loads(files.read_sealed(path))
            return dict(stored["values"]) if stored["created"] == created else {}
        except FileNotFoundError:
            return {}
        except (Damaged, OSError, ValueError, TypeError, KeyError) as error:
            log.warning("%s cannot be used (%s): it is measured again", path, error)
            return {}

    def save_measures(self, run_id: str, created: float, values: Mapping[str, float]) -> None:
        """Keep what was measured of a run."""
        path = self.home / "measures" / f"{run_id}.json"
        content = json_bytes({"created": created, "values": dict(values)})
        self.room.do(lambda: files.write_sealed(path, content))

    def precisions(self) -> dict[str, str]:
        """Processor → the precision in which teachers train on it, as measured (kd/training/precision.py)."""
        path = self.home / "precision.json"
        try:
            try:
                content = files.read_sealed(path)
            except Damaged:
                content = path.read_bytes()  # earlier versions wrote no checksum
            return dict(json.loads(content))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            log.warning("%s cannot be used (%s): the precision is measured again", path, error)
            return {}

    def save_precisions(self, precisions: Mapping[str, str]) -> None:
        """Store the measurements."""
        path = self.home / "precision.json"
        self.room.do(lambda: files.write_sealed(path, json_bytes(dict(precisions))))
