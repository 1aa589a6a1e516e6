"""The cells of a notebook that repeats a run: quotations from plain_keras.py, and the run's own numbers."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kd.base.data_sets import MNIST
from kd.base.unusable import Unusable
from kd.config import (
    FIELDS,
    TRAIN_IMAGES,
    RunConfig,
    has_fresh_teacher,
    has_nonsense,
    has_teaching,
    is_consistent,
)
from kd.config.fields import DRAWN
from kd.networks.architectures import Architecture, student_architecture, teacher_architecture
from kd.pictures.training_set import omitted_classes
from kd.studies.address import train_command
from kd.text.translation import N_, _
from kd.text.verdicts import with_mistake
from kd.text.words import MODELS, quoted

_BASELINE_SMOOTHING = 0.1
_PLAIN = Path(__file__).with_name("plain_keras.py")

_IMPORTS = """\
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

tf.get_logger().setLevel("ERROR")
print("Keras", keras.__version__, "TensorFlow", tf.__version__, "NumPy", np.__version__)
"""
_NETWORKS = N_("Both students start from the same weights and see the same batches in the same order.")
_LOADED = N_("KD Lab trained it in mixed precision, which would give others here: so it is loaded.")
_DISTILLED = N_("The loss is α · cross-entropy with the labels + weight · what the teacher adds.")
_FIGURES = N_(
    "KD Lab adds up the same products in another order, and so does another processor. That changes the last "
    "digit of a weight, and every step passes it on: a few test pictures near the border between two classes "
    "may get another answer."
)

# What a parameter of an objective's function is, in the loss of a batch. Others are the run's numbers.
_PARTS = {
    "teacher": "answers",
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
# The order in which each picture's smaller answers are permuted.
_ORDERS = """\
others = np.tile(np.arange({others}), (len(images), 1))
orders = np.random.default_rng([SEED, 3_000_000]).permuted(others, axis=1)"""
_PERMUTED = "teacher_logits = permuted(teacher_logits, orders).numpy()"
_OF_OTHERS = "teacher_logits = teacher_logits[np.random.default_rng([SEED, 0]).permutation(len(images))]"
# These are about the weights or the answers: the function is the right one.
_MISTAKEN_ELSEWHERE = ("alpha_reversed", "teacher_in_training", "cached_answers")


class Cell(NamedTuple):
    """kind: "markdown" or "code"."""

    kind: str
    text: str


def cells(
    config: RunConfig, result: Mapping[str, Any], teacher_file: str | None, data_file: str | None = None
) -> list[Cell]:
    """Returns a notebook that trains the run's models again, and compares them with the stored `result`.

    teacher_file: beside the notebook; None to train the teacher. data_file: the pictures beside it, where
    they are not MNIST's. Raises a ValueError when a notebook cannot
    repeat the run's objective, or one of its rarer settings.
    """
    check_repeatable(config)
    about = _(
        "This notebook repeats what `{command}` does in KD Lab, with nothing but Keras, TensorFlow and "
        "NumPy: the same pictures, first weights, batches and losses.",
        command=train_command(config),
    )
    title = _("Run {run} in plain Keras", run=config.run_id)
    return [
        Cell("markdown", f"# {title}\n\n{about}"),
        _code(_IMPORTS),
        _heading(_("Pictures and labels")),
        _code(*_data(config, data_file)),
        _heading(_("Networks and training"), _(_NETWORKS)),
        _code(*_tools(config, teacher_file)),
        _heading(_("Teacher"), _(_LOADED) if has_fresh_teacher(config) and teacher_file else ""),
        _code(_teacher(config, teacher_file)),
        _heading(_("Distilled student"), with_mistake(_(_DISTILLED), config)),
        _code(*_distilled(config)),
        _heading(_("Scratch student")),
        _code(_scratch(config)),
        _heading(_("The same figures?"), _(_FIGURES)),
        _code(_figures(config, result)),
    ]


def check_repeatable(config: RunConfig) -> None:
    """Raises ValueError when a notebook cannot repeat the run's objective, or one of its rarer settings."""
    asked = function_of(config)
    if has_teaching(config) and asked not in definitions():
        raise Unusable(
            "A notebook cannot repeat the objective {objective}: choose another format.",
            objective=quoted(asked),
        )
    # These depend on all pictures that the teacher answered, which may be more than the student's.
    more = is_consistent(config) or has_nonsense(config) or config.omitted_digits != ""
    refused = ""
    if (config.teacher_dropout and more) or (_by_place(config) and is_consistent(config)):
        refused = FIELDS["mistake"].in_words(config.mistake)
    if config.second_teacher and config.counts("second_teacher"):
        refused = _(FIELDS["second_teacher"].label)
    if refused:
        raise Unusable(
            "A notebook cannot repeat the setting “{setting}”: choose another format.", setting=refused
        )


def _heading(title: str, text: str = "") -> Cell:
    return Cell("markdown", f"## {title}" + (f"\n\n{text}" if text else ""))


def _code(*parts: str) -> Cell:
    """Returns a cell of these parts, two lines apart, as definitions are."""
    return Cell("code", "\n\n\n".join(part.strip("\n") for part in parts if part))


def _lines(*each: str | None) -> str:
    """Joins lines of code, without those that are None."""
    return "\n".join(line for line in each if line is not None)


@cache
def definitions() -> dict[str, ast.FunctionDef]:
    """Returns the functions of plain_keras.py by their names, in their order."""
    tree = ast.parse(_PLAIN.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _cited(*names: str) -> list[str]:
    """Returns the source of these functions of plain_keras.py."""
    source = _PLAIN.read_text(encoding="utf-8")
    return [ast.get_source_segment(source, definitions()[name]) or "" for name in names]


def parameters(function: str) -> list[str]:
    """Returns the names of the parameters of a function of plain_keras.py."""
    return [argument.arg for argument in definitions()[function].args.args]


def _needed_by(function: str) -> list[str]:
    """Returns the other functions that this one calls, directly or not, in their order."""
    called = {node.id for node in ast.walk(definitions()[function]) if isinstance(node, ast.Name)}
    direct = [name for name in definitions() if name in called and name != function]
    needed = {*direct, *(name for one in direct for name in _needed_by(one))}
    return [name for name in definitions() if name in needed]


def _data(config: RunConfig, data_file: str | None) -> list[str]:
    omitted = omitted_classes(config)
    left = [number for number in range(len(config.about_data.classes)) if number not in omitted]
    load = "load_mnist" if data_file is None else "load_pictures"
    end = str(config.labelled) if config.counts("labelled") else ""
    nonsense = config.unlabelled_pictures if has_nonsense(config) else ""
    own_seed = "[SEED]" if config.pictures == DRAWN else "[]"
    steps = _lines(
        f"SEED = {config.seed}",
        f"x_train, y_train, x_test, y_test = {load}({'' if data_file is None else repr(data_file)})",
        f"chosen = {_chosen(config, config.train_size)}",
        'images, labels = prepared(x_train[chosen]), y_train[chosen].astype("int32")',
        f"seen = ~np.isin(labels, {omitted})" if omitted else None,
        "images, labels = images[seen], labels[seen]" if omitted else None,
        f"labels[:{end}] = with_noise(labels[:{end}], {left}, {config.label_noise}, SEED)"
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
    return [*_cited(load, "prepared", *used), steps]


def _chosen(config: RunConfig, count: int) -> str:
    """Returns code for the places of so many training images."""
    if not config.draws_pictures or count == TRAIN_IMAGES:
        return f"np.arange({count})"
    every = "" if config.data == MNIST else f", {config.about_data.train}"
    return f"drawn(SEED, {count}{every})"


def _start(config: RunConfig) -> str:
    """Returns code for the seed of weights and orders."""
    return str(config.training_seed) if config.generation else "SEED"


def _tools(config: RunConfig, teacher_file: str | None) -> list[str]:
    architectures = [student_architecture(config)]
    architectures += [teacher_architecture(config)] if teacher_file is None else []
    hidden = dict.fromkeys(inspect.getsource(each.student.layers) for each in architectures)
    moved = ["moved"] if config.shift else []
    return [*hidden, *_cited("network", "started", *moved, "train", "cross_entropies", "from_labels")]


def _teacher(config: RunConfig, teacher_file: str | None) -> str:
    if teacher_file is not None:
        return f"teacher = keras.saving.load_model({teacher_file!r}, compile=False)\nteacher.summary()"
    return _lines(
        _built(config, "teacher", teacher_architecture(config)),
        f"seen_by_teacher = {_chosen(config, config.teacher_train_size)}",
        f"loss = from_labels(y_train[seen_by_teacher], {config.teacher_label_smoothing})",
        _train(config, "teacher", "prepared(x_train[seen_by_teacher])", "loss", config.teacher_epochs),
    )


def _built(config: RunConfig, name: str, architecture: Architecture) -> str:
    hidden = f"{architecture.kind}({', '.join(map(str, architecture.sizes))})"
    classes = "" if config.data == MNIST else f", {architecture.classes}"
    return f'{name} = started(network({hidden}, "{name}"{classes}), {_start(config)})'


def _train(config: RunConfig, model: str, images: str, loss: str, epochs: int) -> str:
    batches = f"batch_size={config.batch_size}, seed={_start(config)}"
    called = f"train({model}, {images}, {loss}, epochs={epochs}, {batches}"
    if not config.shift or model == "teacher":
        return f"{called})"
    moved = f"moved(pictures, {config.shift}, {_start(config)}, epoch)"
    return f"{called},\n      as_shown=lambda pictures, epoch: {moved})"


def _distilled(config: RunConfig) -> list[str]:
    """Returns how the teacher is asked, the loss that follows, right or wrong, and the training."""
    steps, helpers, model = [_built(config, "distilled", student_architecture(config))], [], "distilled"
    attends = has_teaching(config) and config.objective_class.compares_attention
    if has_teaching(config):
        steps += _asked(config)
        function = function_of(config)
        helpers = [*_needed_by(function), *(["with_attention"] if attends else []), function]
        helpers += ["permuted"] if _permutes(config) else []
        helpers += ["in_training"] if config.teacher_dropout else []
    if attends:
        model = "with_attention(distilled)"
    trained = _train(config, model, "images", "distilled_loss", config.epochs)
    return [*_cited(*helpers), _lines(*steps), _distilled_loss(config, attends), trained]


def function_of(config: RunConfig) -> str:
    """Returns the function of plain_keras.py that is the teacher's part of the loss, right or wrong."""
    wrong = config.makes_mistake and config.mistake not in _MISTAKEN_ELSEWHERE
    return config.mistake if wrong else config.objective


def _by_place(config: RunConfig) -> bool:
    return config.makes_mistake and config.objective_values().answers_by_place


def _permutes(config: RunConfig) -> bool:
    return config.permuted_doubts and config.counts("permuted_doubts")


def _asked(config: RunConfig) -> list[str]:
    """Returns how the teacher is asked before training, and what becomes of its answers."""
    wanted = [name for name in _ANSWERS if name in parameters(function_of(config))]
    steps = [] if is_consistent(config) else [_ANSWERS[name] for name in wanted]
    if config.teacher_dropout:
        steps = [f"teacher_logits = in_training(teacher, images, {config.teacher_dropout}, SEED)"]
    if _permutes(config):
        orders = _ORDERS.format(others=len(config.about_data.classes) - 1)
        steps += [orders, *([] if is_consistent(config) else [_PERMUTED])]
    return [*steps, *([_OF_OTHERS] if _by_place(config) else [])]


def _answers(config: RunConfig) -> str:
    """Returns code for the teacher's answers to a batch."""
    if not is_consistent(config):
        places = 'batch["turns"]' if _by_place(config) else "places"
        return f"tf.gather(teacher_logits, {places})"
    said = 'teacher(batch["pictures"])'
    return f"permuted({said}, tf.gather(orders, places))" if _permutes(config) else said


def _distilled_loss(config: RunConfig, attends: bool) -> str:
    partly, values = config.counts("labelled"), config.objective_values()
    from_both = f"{values.label_weight():.12g} * labels_part + {values.teacher_weight():.12g} * teacher_part"
    taken = parameters(function_of(config)) if has_teaching(config) else []
    parts = _PARTS if partly else {**_PARTS, "labelled": "1.0"}
    arguments = [parts.get(name) or f"{name}={getattr(values, name)}" for name in taken]
    return _lines(
        f"def distilled_loss({'outputs' if attends else 'logits'}, batch):",
        "    logits, *maps = outputs" if attends else None,
        '    places = batch["places"]',
        "    true = tf.gather(labels, places)",
        "    known = tf.gather(labelled, places)" if partly else None,
        f"    labels_part = ops.mean({'known * ' if partly else ''}cross_entropies(true, logits))",
        f"    answers = {_answers(config)}" if "teacher" in taken else None,
        f"    teacher_part = {function_of(config)}({', '.join(arguments)})" if taken else None,
        f"    return {from_both}" if taken else "    return labels_part",
    )


def _scratch(config: RunConfig) -> str:
    start = _built(config, "scratch", student_architecture(config))
    smoothing = _BASELINE_SMOOTHING if config.baseline == "label_smoothing" else 0.0
    partly = config.counts("labelled")
    if partly and not config.labelled:
        return _lines(start, "# without a label there is nothing to learn from: it stays as it starts")
    chosen = "[labelled == 1]" if partly else ""
    loss = f"from_labels(labels{chosen}, {smoothing})"
    return _lines(start, _train(config, "scratch", f"images{chosen}", loss, config.epochs))


def _figures(config: RunConfig, result: Mapping[str, Any]) -> str:
    right = {name: round(result[name]["test_accuracy"] * config.about_data.test) for name in MODELS}
    return _lines(
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
