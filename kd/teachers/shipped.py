"""The trained teachers that come with the project: their files, records and logits for all of MNIST.

Each is a plain Keras file, without classes of this project and without an optimizer, next to a JSON file that
says how it was made and what it scores, and its logits, so that no first run waits for a teacher. Importing
this module loads no TensorFlow. kd/teachers/__main__.py makes the files, kd/teacher_logits.py the logits.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kd.base.files import npz_arrays
from kd.base.once import computed_once
from kd.base.places import DATA
from kd.base.unusable import Unusable
from kd.config import SHIPPED_TEACHERS
from kd.text.words import quoted

if TYPE_CHECKING:
    import numpy as np

TEACHER_FOLDER = DATA / "teachers"
MAKE_COMMAND = "python -m kd.teachers make"
MAKE_LOGITS_COMMAND = "python -m kd.teacher_logits"


def check_name(name: str) -> None:
    """Raises ValueError when no teacher of this name comes with the project."""
    if name not in SHIPPED_TEACHERS:
        raise ValueError(
            f"There is no shipped teacher {quoted(name)}: use one of {', '.join(SHIPPED_TEACHERS)}."
        )


def shipped_teacher_path(name: str, folder: Path = TEACHER_FOLDER) -> Path:
    """Returns the .keras file of a shipped teacher; raises ValueError when there is none."""
    return _existing(name, folder, ".keras")


def teacher_record(name: str, folder: Path = TEACHER_FOLDER) -> dict[str, Any]:
    """Returns how a shipped teacher was made and what it scores; raises ValueError when it is unreadable."""
    path = _existing(name, folder, ".json")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise Unusable(
            "{path} is not readable JSON. Make the teacher again with: {command}",
            path=path,
            command=f"{MAKE_COMMAND} {name}",
        ) from None


def _existing(name: str, folder: Path, suffix: str) -> Path:
    check_name(name)
    path = folder / f"{name}{suffix}"
    if not path.is_file():
        raise Unusable(
            "The teacher's file {path} is missing. Make it again with: {command}",
            path=path,
            command=f"{MAKE_COMMAND} {name}",
        )
    return path


def write_record(name: str, record: dict[str, Any], folder: Path = TEACHER_FOLDER) -> None:
    """Replaces a teacher's JSON."""
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def weights_sha256(weights: list[np.ndarray]) -> str:
    """Returns the SHA-256 of weights as float32, in layer order: it does not depend on the file."""
    digest = hashlib.sha256()
    for array in weights:
        digest.update(array.astype("<f4").tobytes())
    return digest.hexdigest()


def logits_path(name: str) -> Path:
    """Returns where the logits of a shipped teacher are."""
    return TEACHER_FOLDER / f"{name}-logits.npz"


def shipped_logits(name: str) -> dict[str, np.ndarray]:
    """Returns a shipped teacher's logits of MNIST, read-only: "train" (60000, 10) and "test" (10000, 10).

    Raises ValueError when the file is missing, damaged or another teacher's.
    """
    return dict(_load_logits(name))


@computed_once(maxsize=len(SHIPPED_TEACHERS))
def _load_logits(name: str) -> dict[str, np.ndarray]:
    path = logits_path(name)
    named = {"path": path, "command": f"{MAKE_LOGITS_COMMAND} {name}"}
    try:
        arrays = npz_arrays(path.read_bytes())
        logits = {key: arrays[key] for key in ("train", "test")}
        weights_sha256 = str(arrays["weights_sha256"])
    except FileNotFoundError:
        raise Unusable(
            "The teacher's logits {path} are missing. Make them again with: {command}", **named
        ) from None
    # a damaged zip of arrays may raise anything: zlib.error, BadZipFile, KeyError, EOFError …
    except Exception:
        raise Unusable(
            "The teacher's logits {path} are damaged. Make them again with: {command}", **named
        ) from None
    if weights_sha256 != teacher_record(name)["weights_sha256"]:
        raise Unusable(
            "The teacher's logits {path} are another teacher's. Make them again with: {command}", **named
        )
    for array in logits.values():
        array.flags.writeable = False
    return logits
