"""The shipped teachers' logits for all of MNIST, made again.

    python -m kd.teacher_logits strong notebook

writes data/teachers/NAME-logits.npz: train float32 (60000, 10), test float32 (10000, 10), and the SHA-256
of the weights they were computed with.
"""

from pathlib import Path

from kd.base.files import npz_bytes, write_whole
from kd.config import SHIPPED_TEACHERS
from kd.teachers.shipped import MAKE_LOGITS_COMMAND, logits_path, shipped_teacher_path, teacher_record
from kd.terminal.entry import Parser, exit_code, run


def make(name: str) -> Path:
    """Computes and writes the logits of one shipped teacher; returns the file's path."""
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
    write_whole(logits_path(name), npz_bytes({**logits, "weights_sha256": weights}))
    return logits_path(name)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code, as kd.terminal.entry defines it."""
    return exit_code(lambda: _command(arguments))


def _command(arguments: list[str] | None) -> int:
    parser = Parser(prog=MAKE_LOGITS_COMMAND, description=__doc__)
    parser.add_argument("names", nargs="+", choices=SHIPPED_TEACHERS, metavar="NAME")
    for name in parser.parse_args(arguments).names:
        print(make(name))
    return 0


if __name__ == "__main__":
    run(main)
