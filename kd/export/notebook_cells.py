"""The cells of a notebook that repeats a run: quotations from plain_keras.py, and the run's own numbers."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kd.config import FIELDS, RunConfig
from kd.run_fields import CONVOLUTIONAL, DENSE, has_fresh_teacher, has_teaching
from kd.studies.in_text.command import train_command
from kd.text.translation import N_, _
from kd.text.words import MODELS, quoted

_PLAIN = Path(__file__).with_name("plain_keras.py")
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

# What a parameter of an objective's function is, in the loss of a batch. Others are the run's numbers.
_PARTS = {
    "teacher": "tf.gather(teacher_logits, places)",
    "student": "logits",
    "labels": "true",
    "labelled": "known",
    "teacher_maps": "[tf.gather(each, places) for each in teacher_maps]",
    "student_maps": "maps",
}


# How the teacher is asked, once and for all.
_ANSWERS = {
    "teacher": "teacher_logits = teacher.predict(images, batch_size=500, verbose=0)",
    "teacher_maps": "_, *teacher_maps = with_attention(teacher).predict(images, batch_size=500, verbose=0)",
}


_NOT_IN_A_NOTEBOOK = ("unlabelled_pictures", "shift", "permuted_doubts")


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
    asked = config.mistake if config.makes_mistake else config.objective
    if has_teaching(config) and asked not in _definitions():
        raise ValueError(
            _(
                "A notebook cannot repeat the objective {objective}: choose another format.",
                objective=quoted(asked),
            )
        )
    for field in _NOT_IN_A_NOTEBOOK:
        if getattr(config, field) != getattr(RunConfig(), field) and config.counts(field):
            raise ValueError(
                _(
                    "A notebook cannot repeat the setting “{setting}”: choose another format.",
                    setting=_(FIELDS[field].label),
                )
            )
    return [
        Cell("markdown", f"# {_title(config)}\n\n{_about(config)}"),
        _code(_IMPORTS),
        _heading(_("Pictures and labels")),
        _code(*_data(config)),
        _heading(_("Networks and training"), _NETWORKS),
        _code(*_tools(config, teacher_file)),
        _heading(_("Teacher"), _LOADED if has_fresh_teacher(config) and teacher_file else ""),
        _code(*_teacher(config, teacher_file)),
        _heading(_("Distilled student"), _DISTILLED),
        _code(*_distilled(config)),
        _heading(_("Scratch student")),
        _code(*_scratch(config)),
        _heading(_("The same figures?"), _FIGURES),
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
    return Cell("markdown", f"## {title}" + (f"\n\n{_(text)}" if text else ""))


def _code(*parts: str) -> Cell:
    """Parts are apart by two lines, as definitions are."""
    return Cell("code", "\n\n\n".join(part.strip("\n") for part in parts if part))


def _lines(*lines: str | None) -> str:
    return "\n".join(line for line in lines if line is not None)


@cache
def _definitions() -> dict[str, ast.FunctionDef]:
    tree = ast.parse(_PLAIN.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _quoted(*names: str) -> list[str]:
    source = _PLAIN.read_text(encoding="utf-8")
    return [ast.get_source_segment(source, _definitions()[name]) or "" for name in names]


def _data(config: RunConfig) -> list[str]:
    size, omitted = config.train_size, [int(digit) for digit in config.omitted_digits]
    digits = [digit for digit in range(10) if digit not in omitted]
    end = str(config.labelled) if config.counts("labelled") else ""
    steps = _lines(
        f"SEED = {config.seed}",
        "x_train, y_train, x_test, y_test = load_mnist()",
        f'images, labels = prepared(x_train[:{size}]), y_train[:{size}].astype("int32")',
        f"seen = ~np.isin(labels, {omitted})" if omitted else None,
        "images, labels = images[seen], labels[seen]" if omitted else None,
        f"labels[:{end}] = with_noise(labels[:{end}], {digits}, {config.label_noise}, SEED)"
        if config.label_noise
        else None,
        f'labelled = (np.arange(len(labels)) < {end}).astype("float32")' if end else None,
    )
    return [*_quoted("load_mnist", "prepared", *(["with_noise"] if config.label_noise else [])), steps]


def _tools(config: RunConfig, teacher_file: str | None) -> list[str]:
    kinds = {config.student} | ({CONVOLUTIONAL} if teacher_file is None else set())
    return _quoted(*sorted(kinds), "started", "train", "cross_entropies", "from_labels")


def _teacher(config: RunConfig, teacher_file: str | None) -> list[str]:
    if teacher_file is not None:
        return [f"teacher = keras.saving.load_model({teacher_file!r}, compile=False)\nteacher.summary()"]
    size = config.teacher_train_size
    return [
        _lines(
            f'teacher = started(convolutional({config.teacher_width}, "teacher"), SEED)',
            f"loss = from_labels(y_train[:{size}], {config.teacher_label_smoothing})",
            _train(config, "teacher", f"prepared(x_train[:{size}])", "loss", config.teacher_epochs),
        )
    ]


def _started(config: RunConfig, name: str) -> str:
    sizes = {CONVOLUTIONAL: f"{config.student_width}, ", DENSE: f"{config.student_units}, "}
    return f'{name} = started({config.student}({sizes.get(config.student, "")}"{name}"), SEED)'


def _train(config: RunConfig, model: str, images: str, loss: str, epochs: int) -> str:
    return f"train({model}, {images}, {loss}, epochs={epochs}, batch_size={config.batch_size}, seed=SEED)"


def _scratch(config: RunConfig) -> list[str]:
    smoothing = _BASELINE_SMOOTHING if config.baseline == "label_smoothing" else 0.0
    partly, start = config.counts("labelled"), _started(config, "scratch")
    if partly and not config.labelled:
        return [_lines(start, "# without a label there is nothing to learn from: it stays as it starts")]
    chosen = "[labelled == 1]" if partly else ""
    loss = f"from_labels(labels{chosen}, {smoothing})"
    return [_lines(start, _train(config, "scratch", f"images{chosen}", loss, config.epochs))]


def _distilled(config: RunConfig) -> list[str]:
    start, helpers = [_started(config, "distilled")], []
    attends = has_teaching(config) and config.objective_class.compares_attention
    if has_teaching(config):
        start += [line for name, line in _ANSWERS.items() if name in _parameters(config.objective)]
        helpers = [*_needed_by(config.objective), *(["with_attention"] if attends else []), config.objective]
    return [
        *_quoted(*helpers),
        _lines(*start),
        _distilled_loss(config, attends),
        _train(
            config,
            "with_attention(distilled)" if attends else "distilled",
            "images",
            "distilled_loss",
            config.epochs,
        ),
    ]


def _distilled_loss(config: RunConfig, attends: bool) -> str:
    partly = config.counts("labelled")
    values = config.objective_values()
    from_both = f"{values.alpha} * labels_part + {values.teacher_weight():.12g} * teacher_part"
    return _lines(
        f"def distilled_loss({'outputs' if attends else 'logits'}, places):",
        "    logits, *maps = outputs" if attends else None,
        "    true = tf.gather(labels, places)",
        "    known = tf.gather(labelled, places)" if partly else None,
        f"    labels_part = ops.mean({'known * ' if partly else ''}cross_entropies(true, logits))",
        f"    teacher_part = {_call(config)}" if has_teaching(config) else None,
        f"    return {from_both}" if has_teaching(config) else "    return labels_part",
    )


def _call(config: RunConfig) -> str:
    """The objective's function, called for a batch with this run's numbers."""
    values = config.objective_values()
    parts = _PARTS if config.counts("labelled") else {**_PARTS, "labelled": "1.0"}
    arguments = [
        parts.get(name) or f"{name}={getattr(values, name)}" for name in _parameters(config.objective)
    ]
    return f"{config.objective}({', '.join(arguments)})"


def _parameters(function: str) -> list[str]:
    return [argument.arg for argument in _definitions()[function].args.args]


def _needed_by(function: str) -> list[str]:
    """The other definitions that one calls."""
    called = {node.id for node in ast.walk(_definitions()[function]) if isinstance(node, ast.Name)}
    return [name for name in _definitions() if name in called and name != function]


def _figures(result: Mapping[str, Any]) -> list[str]:
    right = {name: round(result[name]["test_accuracy"] * _TEST_PICTURES) for name in MODELS}
    return [
        _lines(
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
