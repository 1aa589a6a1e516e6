"""The shipped teachers' logits for all of MNIST, so that no first run waits for a teacher."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kd.base.files import npz_arrays
from kd.base.once import computed_once
from kd.base.unusable import Unusable
from kd.config import SHIPPED_TEACHERS
from kd.teachers.shipped import TEACHER_FOLDER, teacher_record
from kd.text.translation import _

if TYPE_CHECKING:
    import numpy as np

MAKE_COMMAND = "python -m kd.teacher_logits"


def shipped_logits(name: str) -> dict[str, np.ndarray]:
    """A shipped teacher's logits for all of MNIST, read-only.

    Returns:
        {'train': float32 (60000, 10), 'test': float32 (10000, 10)}.

    Raises:
        ValueError: when the file is missing, damaged or another teacher's; the message names the command
            that makes it.
    """
    return dict(_load(name))


@computed_once(maxsize=len(SHIPPED_TEACHERS))
def _load(name: str) -> dict[str, np.ndarray]:
    path = logits_path(name)
    named = {"path": path, "command": f"{MAKE_COMMAND} {name}"}
    try:
        arrays = npz_arrays(path.read_bytes())
        logits = {key: arrays[key] for key in ("train", "test")}
        weights_sha256 = str(arrays["weights_sha256"])
    except FileNotFoundError:
        raise Unusable(
            _("The teacher's logits {path} are missing. Make them again with: {command}", **named)
        ) from None
    # a damaged zip of arrays may raise anything: zlib.error, BadZipFile, KeyError, EOFError …
    except Exception:
        raise Unusable(
            _("The teacher's logits {path} are damaged. Make them again with: {command}", **named)
        ) from None
    if weights_sha256 != teacher_record(name)["weights_sha256"]:
        raise Unusable(
            _("The teacher's logits {path} are another teacher's. Make them again with: {command}", **named)
        )
    for array in logits.values():
        array.flags.writeable = False
    return logits


def logits_path(name: str) -> Path:
    """Where the logits of a shipped teacher are."""
    return TEACHER_FOLDER / f"{name}-logits.npz"
