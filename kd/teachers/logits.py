"""The shipped teachers' logits for all of MNIST, so that no first run waits for a teacher.

    python -m kd.teacher_logits strong notebook

writes data/teachers/NAME-logits.npz: train float32 (60000, 10), test float32 (10000, 10), and the SHA-256
of the weights they were computed with. Importing this module loads no TensorFlow.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kd.config import SHIPPED_TEACHERS
from kd.files import npz_arrays, npz_bytes, write_whole
from kd.once import computed_once
from kd.teachers.shipped import TEACHER_FOLDER, shipped_teacher_path, teacher_record
from kd.text.translation import _
from kd.unusable import Unusable

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
    path = _path(name)
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


def make(name: str) -> Path:
    """Compute and write the logits of one shipped teacher; returns the file's path."""
    import numpy as np

    from kd.pictures.mnist import load_mnist
    from kd.training.answers import teacher_outputs

    file = shipped_teacher_path(name).read_bytes()
    mnist = load_mnist()
    logits = {
        part: teacher_outputs(file, pictures, attention=False, should_stop=lambda: False).logits
        for part, pictures in (("train", mnist.x_train), ("test", mnist.x_test))
    }
    weights = np.array(teacher_record(name)["weights_sha256"])
    write_whole(_path(name), npz_bytes({**logits, "weights_sha256": weights}))
    return _path(name)


def _path(name: str) -> Path:
    return TEACHER_FOLDER / f"{name}-logits.npz"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code, as kd.terminal.entry defines it."""
    from kd.terminal.entry import exit_code

    return exit_code(lambda: _command(arguments))


def _command(arguments: list[str] | None) -> int:
    from kd.terminal.arguments import Parser

    parser = Parser(prog=MAKE_COMMAND, description=__doc__)
    parser.add_argument("names", nargs="+", choices=SHIPPED_TEACHERS, metavar="NAME")
    for name in parser.parse_args(arguments).names:
        print(make(name))
    return 0
