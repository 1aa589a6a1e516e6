"""The cells of a notebook that repeats a run: quotations from plain_keras.py, and the run's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from kd.config import (
    FIELDS,
    TRAIN_IMAGES,
    RunConfig,
    has_fresh_teacher,
    has_nonsense,
    has_teaching,
)
from kd.config.fields import DRAWN
from kd.export.plain.distilled import asks_in_another_order, distilled, function_of
from kd.export.plain.quoting import cited, definitions, layers_of, lines
from kd.networks.architectures import Architecture, student_architecture, teacher_architecture
from kd.studies.address import train_command
from kd.text.translation import N_, _
from kd.text.verdicts import with_mistake
from kd.text.words import MODELS, quoted

_TEST_PICTURES = 10_000
_BASELINE_SMOOTHING = 0.1

_IMPORTS = """\
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

print("Keras", keras.__version__, "TensorFlow", tf.__version__, "NumPy", np.__version__)
"""


class Cell(NamedTuple):
    """kind: "markdown" or "code"."""

    kind: str
    text: str


def cells(config: RunConfig, result: Mapping[str, Any], teacher_file: str | None) -> list[Cell]:
    """A notebook that trains the run's models again, and compares them with the stored ones.

    Args:
        result: the run's.
        teacher_file: the name of the teacher's .keras file beside the notebook; None to train the teacher.

    Raises:
        ValueError: when it does not know the run's objective, or one of its rarer settings.
    """
    asked = function_of(config)
    if has_teaching(config) and asked not in definitions():
        raise ValueError(
            _(
                "A notebook cannot repeat the objective {objective}: choose another format.",
                objective=quoted(asked),
            )
        )
    refused = FIELDS["mistake"].in_words(config.mistake) if asks_in_another_order(config) else ""
    if config.second_teacher and config.counts("second_teacher"):
        refused = _(FIELDS["second_teacher"].label)
    if refused:
        raise ValueError(
            _("A notebook cannot repeat the setting “{setting}”: choose another format.", setting=refused)
        )
    return [
        Cell("markdown", f"# {_title(config)}\n\n{_about(config)}"),
        _code(_IMPORTS),
        _heading(_("Pictures and labels")),
        _code(*_data(config)),
        _heading(_("Networks and training"), _(_NETWORKS)),
        _code(*_tools(config, teacher_file)),
        _heading(_("Teacher"), _(_LOADED) if has_fresh_teacher(config) and teacher_file else ""),
        _code(*_teacher(config, teacher_file)),
        _heading(_("Distilled student"), with_mistake(_(_DISTILLED), config)),
        _code(*distilled(config, _started(config, "distilled"), partial(_distilled_trained, config))),
        _heading(_("Scratch student")),
        _code(*_scratch(config)),
        _heading(_("The same figures?"), _(_FIGURES)),
        _code(*_figures(result)),
    ]


def _title(config: RunConfig) -> str:
    return _("Run {run} in plain Keras", run=config.run_id)


def _about(config: RunConfig) -> str:
    return _(
        "This notebook repeats what `{command}` does in KD Lab, with nothing but Keras, TensorFlow and "
        "NumPy: the same pictures, first weights, batches and losses.",
        command=train_command(config),
    )


_NETWORKS = N_("Both students start from the same weights and see the same batches in the same order.")
_LOADED = N_("KD Lab trained it in mixed precision, which would give others here: so it is loaded.")
_DISTILLED = N_("The loss is α · cross-entropy with the labels + weight · what the teacher adds.")
_FIGURES = N_(
    "KD Lab adds up the same products in another order, and so does another processor. That changes the last "
    "digit of a weight, and every step passes it on: a few test pictures near the border between two digits "
    "may get another answer."
)


def _heading(title: str, text: str = "") -> Cell:
    return Cell("markdown", f"## {title}" + (f"\n\n{text}" if text else ""))


def _code(*parts: str) -> Cell:
    """Parts are apart by two lines, as definitions are."""
    return Cell("code", "\n\n\n".join(part.strip("\n") for part in parts if part))


def _data(config: RunConfig) -> list[str]:
    omitted = [int(digit) for digit in config.omitted_digits]
    digits = [digit for digit in range(10) if digit not in omitted]
    end = str(config.labelled) if config.counts("labelled") else ""
    nonsense = config.unlabelled_pictures if has_nonsense(config) else ""
    own_seed = "[SEED]" if config.pictures == DRAWN else "[]"
    steps = lines(
        f"SEED = {config.seed}",
        "x_train, y_train, x_test, y_test = load_mnist()",
        f"chosen = {_chosen(config, config.train_size)}",
        'images, labels = prepared(x_train[chosen]), y_train[chosen].astype("int32")',
        f"seen = ~np.isin(labels, {omitted})" if omitted else None,
        "images, labels = images[seen], labels[seen]" if omitted else None,
        f"labels[:{end}] = with_noise(labels[:{end}], {digits}, {config.label_noise}, SEED)"
        if config.label_noise
        else None,
        f'labelled = (np.arange(len(labels)) < {end}).astype("float32")' if end else None,
        f"nonsense = prepared({nonsense}(x_train, chosen, {own_seed})){'[seen]' if omitted else ''}"
        if nonsense
        else None,
        "images[labelled == 0] = nonsense[labelled == 0]" if nonsense else None,
    )
    used = [*(["drawn"] if config.draws_pictures else []), *(["with_noise"] if config.label_noise else [])]
    used += [nonsense] if nonsense else []
    return [*cited("load_mnist", "prepared", *used), steps]


def _chosen(config: RunConfig, count: int) -> str:
    """Where some training images are."""
    return (
        f"drawn(SEED, {count})" if config.draws_pictures and count < TRAIN_IMAGES else f"np.arange({count})"
    )


def _start(config: RunConfig) -> str:
    """The seed of weights and orders."""
    return str(config.training_seed) if config.generation else "SEED"


def _tools(config: RunConfig, teacher_file: str | None) -> list[str]:
    architectures = [student_architecture(config)]
    architectures += [teacher_architecture(config)] if teacher_file is None else []
    hidden = dict.fromkeys(layers_of(architecture) for architecture in architectures)
    shown = ["moved"] if config.shift else []
    return [*hidden, *cited("network", "started", *shown, "train", "cross_entropies", "from_labels")]


def _teacher(config: RunConfig, teacher_file: str | None) -> list[str]:
    if teacher_file is not None:
        return [f"teacher = keras.saving.load_model({teacher_file!r}, compile=False)\nteacher.summary()"]
    return [
        lines(
            _built(config, "teacher", teacher_architecture(config)),
            f"seen_by_teacher = {_chosen(config, config.teacher_train_size)}",
            f"loss = from_labels(y_train[seen_by_teacher], {config.teacher_label_smoothing})",
            _train(config, "teacher", "prepared(x_train[seen_by_teacher])", "loss", config.teacher_epochs),
        )
    ]


def _started(config: RunConfig, name: str) -> str:
    return _built(config, name, student_architecture(config))


def _built(config: RunConfig, name: str, architecture: Architecture) -> str:
    hidden = f"{architecture.kind}({', '.join(map(str, architecture.sizes))})"
    return f'{name} = started(network({hidden}, "{name}"), {_start(config)})'


def _train(config: RunConfig, model: str, images: str, loss: str, epochs: int) -> str:
    batches = f"batch_size={config.batch_size}, seed={_start(config)}"
    called = f"train({model}, {images}, {loss}, epochs={epochs}, {batches}"
    if not config.shift or model == "teacher":
        return f"{called})"
    moved = f"moved(pictures, {config.shift}, {_start(config)}, epoch)"
    return f"{called},\n      as_shown=lambda pictures, epoch: {moved})"


def _distilled_trained(config: RunConfig, model: str) -> str:
    return _train(config, model, "images", "distilled_loss", config.epochs)


def _scratch(config: RunConfig) -> list[str]:
    smoothing = _BASELINE_SMOOTHING if config.baseline == "label_smoothing" else 0.0
    partly, start = config.counts("labelled"), _started(config, "scratch")
    if partly and not config.labelled:
        return [lines(start, "# without a label there is nothing to learn from: it stays as it starts")]
    chosen = "[labelled == 1]" if partly else ""
    loss = f"from_labels(labels{chosen}, {smoothing})"
    return [lines(start, _train(config, "scratch", f"images{chosen}", loss, config.epochs))]


def _figures(result: Mapping[str, Any]) -> list[str]:
    right = {name: round(result[name]["test_accuracy"] * _TEST_PICTURES) for name in MODELS}
    return [
        lines(
            f"stored = {right}",
            'models = {"teacher": teacher, "distilled": distilled, "scratch": scratch}',
            "answers = {",
            "    name: model.predict(prepared(x_test), batch_size=500, verbose=0).argmax(axis=1)",
            "    for name, model in models.items()",
            "}",
            "for name, answer in answers.items():",
            "    right = int(np.sum(answer == y_test))",
            '    print(f"{name}: {right} of {len(y_test)} test pictures right, {stored[name]} in the run")',
        )
    ]
