"""The trained teachers that come with the project, and the command that makes them again.

    python -m kd.teachers make strong
    python -m kd.teachers make notebook --out /tmp/teachers --epochs 1

Each is a plain Keras file, without classes of this project and without an optimizer, next to a JSON file that
says how it was made and what it scores. Importing this module loads no TensorFlow.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kd.base.places import DATA
from kd.base.unusable import Unusable
from kd.config import SHIPPED_TEACHERS, TRAIN_IMAGES
from kd.terminal.streams import quiet_standard_error
from kd.text.translation import _
from kd.text.words import accuracy, quoted

if TYPE_CHECKING:
    import numpy as np

NAMES = SHIPPED_TEACHERS
TEACHER_FOLDER = DATA / "teachers"
MAKE_COMMAND = "python -m kd.teachers make"


def shipped_teacher_path(name: str, folder: Path = TEACHER_FOLDER) -> Path:
    """The .keras file of a shipped teacher.

    Raises:
        ValueError: when the name is not one of NAMES, or the file is missing; the message names the command
            that makes it.
    """
    return _existing(name, folder, ".keras")


def teacher_record(name: str, folder: Path = TEACHER_FOLDER) -> dict[str, Any]:
    """How a shipped teacher was made and what it scores (accuracies are fractions).

    Raises:
        ValueError: when the name is unknown, or its JSON is missing or unreadable.
    """
    path = _existing(name, folder, ".json")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise Unusable(
            _(
                "{path} is not readable JSON. Make the teacher again with: {command}",
                path=path,
                command=f"{MAKE_COMMAND} {name}",
            )
        ) from None


def write_record(name: str, record: dict[str, Any], folder: Path = TEACHER_FOLDER) -> None:
    """Replace a teacher's JSON."""
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def weights_sha256(weights: list[np.ndarray]) -> str:
    """SHA-256 of the float32 weights in layer order: the same for the same network in another file."""
    import numpy as np

    digest = hashlib.sha256()
    for array in weights:
        digest.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
    return digest.hexdigest()


def make(name: str, folder: Path, epochs: int | None, images: int | None, seed: int) -> dict[str, Any]:
    """Train a teacher, write NAME.keras and NAME.json into `folder` and return the record.

    Args:
        name: one of NAMES.
        folder: made if it does not exist.
        epochs: how many, instead of the recipe's own number.
        images: how many training images, the first ones, instead of the recipe's own number.
        seed: decides weights, order and augmentation.

    Raises:
        ValueError: when a value is out of range.
    """
    _check_name(name)
    _check_range("epochs", epochs, 1000)
    _check_range("images", images, TRAIN_IMAGES)
    from kd.pictures.mnist import load_mnist

    data = load_mnist()
    with quiet_standard_error():
        import tensorflow as tf

        from kd.teachers.recipes import RECIPES, classify

        tf.zeros(())  # this looks for devices, now

    settings, train = RECIPES[name]
    overrides = {"epochs": epochs, "images": images}
    settings = settings | {key: value for key, value in overrides.items() if value is not None}
    pictures, labels = data.train(settings["images"])
    started = time.perf_counter()
    model = train(pictures, labels, settings["epochs"], seed, _to_stderr)
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
    partial = folder / f"{name}.partial.keras"
    _without_optimizer(model).save(partial)
    partial.replace(folder / f"{name}.keras")
    write_record(name, record, folder)
    return record


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code, as kd.terminal.entry defines it."""
    from kd.terminal.entry import exit_code

    return exit_code(lambda: _command(arguments))


def _command(arguments: list[str] | None) -> int:
    from kd.terminal.entry import Parser

    parser = Parser(prog="python -m kd.teachers", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="make")
    command = commands.add_parser("make", help=_("train a teacher and write it with its JSON"))
    command.add_argument("name", choices=NAMES)
    command.add_argument("--out", type=Path, default=TEACHER_FOLDER, metavar="FOLDER")
    command.add_argument("--epochs", type=int, help=_("instead of the recipe's own number"))
    command.add_argument(
        "--images", type=int, help=_("how many, the first ones, instead of the recipe's own number")
    )
    command.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    record = make(options.name, options.out, options.epochs, options.images, options.seed)
    path = options.out / f"{options.name}.keras"
    print(
        _(
            "{path}: {accuracy} of the test images right",
            path=path,
            accuracy=accuracy(record["test_accuracy"]),
        )
    )
    return 0


def _without_optimizer(model: Any) -> Any:
    """An uncompiled copy: `save(include_optimizer=False)` keeps Adam's moments, which triple the file."""
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def _existing(name: str, folder: Path, suffix: str) -> Path:
    _check_name(name)
    path = folder / f"{name}{suffix}"
    if not path.is_file():
        raise Unusable(
            _(
                "The teacher's file {path} is missing. Make it again with: {command}",
                path=path,
                command=f"{MAKE_COMMAND} {name}",
            )
        )
    return path


def _check_name(name: str) -> None:
    if name not in NAMES:
        raise ValueError(f"There is no shipped teacher {quoted(name)}: use one of {', '.join(NAMES)}.")


def _check_range(field: str, value: int | None, maximum: int) -> None:
    if value is not None and not 1 <= value <= maximum:
        raise ValueError(
            _(
                "{name} must be between {minimum} and {maximum}, got {value}.",
                name=field,
                minimum=1,
                maximum=f"{maximum:,}",
                value=quoted(value),
            )
        )


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
