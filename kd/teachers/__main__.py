"""The command that makes the shipped teachers again.

python -m kd.teachers make strong
python -m kd.teachers make notebook --out /tmp/teachers --epochs 1
"""

import importlib.metadata
import platform
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from kd.base.unusable import Unusable
from kd.config import SHIPPED_TEACHERS, TRAIN_IMAGES
from kd.teachers.shipped import MAKE_COMMAND, TEACHER_FOLDER, check_name, weights_sha256, write_record
from kd.terminal.entry import Parser, exit_code, run
from kd.terminal.streams import quiet_standard_error
from kd.text.translation import _, numeral
from kd.text.words import accuracy, quoted


def make(name: str, folder: Path, epochs: int | None, images: int | None, seed: int) -> dict[str, Any]:
    """Trains a teacher, writes NAME.keras and NAME.json into `folder` and returns the record.

    epochs, images: instead of the recipe's own numbers. seed: decides weights, order and augmentation. Raises
    ValueError when a value is out of range.
    """
    check_name(name)
    _check_range("epochs", epochs, 1000)
    _check_range("images", images, TRAIN_IMAGES)
    from kd.pictures.mnist import load_mnist

    data = load_mnist()
    with quiet_standard_error():
        import tensorflow as tf

        from kd.networks.architectures import build_teacher
        from kd.teachers.recipes import RECIPES, classify

        tf.zeros(())  # this looks for devices, now

    settings, train = RECIPES[name]
    overrides = {"epochs": epochs, "images": images}
    settings = settings | {key: value for key, value in overrides.items() if value is not None}
    pictures, labels = data.train(settings["images"])
    started = time.perf_counter()
    model = train(pictures, labels, settings["epochs"], seed, partial(print, file=sys.stderr, flush=True))
    seconds = time.perf_counter() - started

    test_pictures, test_labels = data.test(len(data.x_test))
    record = {
        "name": name,
        "command": f"{MAKE_COMMAND} {name}",
        "architecture": "kd.networks.architectures.build_teacher",
        "parameters": model.count_params(),
        "seed": seed,
        "recipe": settings,
        "test_accuracy": round(float((classify(model, test_pictures) == test_labels).mean()), 4),
        "test_images": len(test_labels),
        "seconds": round(seconds, 1),
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in ("tensorflow", "keras", "numpy")},
        },
        "weights_sha256": weights_sha256(model.get_weights()),
    }
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{name}.partial.keras"
    plain = build_teacher()  # `save(include_optimizer=False)` would keep Adam's moments
    plain.set_weights(model.get_weights())
    plain.save(unfinished)
    unfinished.replace(folder / f"{name}.keras")
    write_record(name, record, folder)
    return record


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code, as kd.terminal.entry defines it."""
    return exit_code(lambda: _command(arguments))


def _command(arguments: list[str] | None) -> int:
    parser = Parser(prog="python -m kd.teachers", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="make")
    command = commands.add_parser("make", help=_("train a teacher and write it with its JSON"))
    command.add_argument("name", choices=SHIPPED_TEACHERS)
    command.add_argument("--out", type=Path, default=TEACHER_FOLDER, metavar="FOLDER")
    command.add_argument("--epochs", type=int, help=_("instead of the recipe's own number"))
    command.add_argument(
        "--images", type=int, help=_("how many, the first ones, instead of the recipe's own number")
    )
    command.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    record = make(options.name, options.out, options.epochs, options.images, options.seed)
    path, right = options.out / f"{options.name}.keras", accuracy(record["test_accuracy"])
    print(_("{path}: {accuracy} of the test images right", path=path, accuracy=right))
    return 0


def _check_range(field: str, value: int | None, maximum: int) -> None:
    if value is not None and not 1 <= value <= maximum:
        raise Unusable(
            "{name} must be between {minimum} and {maximum}, got {value}.",
            name=field,
            minimum=1,
            maximum=numeral(maximum),
            value=quoted(value),
        )


if __name__ == "__main__":
    run(main)
