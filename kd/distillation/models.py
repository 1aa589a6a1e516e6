"""The models that a Distiller takes: both give logits of the same classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

from kd.distillation.soft_targets import check_shapes
from kd.text.translation import _
from kd.text.words import quoted

# Functions whose values are probabilities; the logarithm of the softmax is as good as logits.
_PROBABILITIES = {"softmax", "softmax_v2", "sigmoid", "hard_sigmoid", "sparsemax"}
# Layers that hand on the values they get.
_HANDS_ON = {"Reshape", "Flatten", "Identity", "Dropout"}


def check_models(student: Any, teacher: Any) -> None:
    """Refuse models that a Distiller cannot use, as far as they are built.

    Raises:
        ValueError: when one is not a Keras model with one output of logits, two classes or more, when their
            outputs differ in shape, or when both are the same model.
    """
    for role, model in (("student", student), ("teacher", teacher)):
        if not isinstance(model, keras.Model) and not (role == "teacher" and model is None):
            raise ValueError(_("{name} must be a keras.Model, got {value}.", name=role, value=quoted(model)))
    if teacher is student:
        raise ValueError(
            _("student and teacher must be two models: keras.models.clone_model makes a new student.")
        )
    shapes = {}
    for role, model in (("student", student), ("teacher", teacher)):
        outputs = _outputs(model)
        if outputs:
            shapes[role] = tuple(only_output(role, outputs).shape)
            check_shapes(shapes[role], shapes[role])
        for activation in filter(None, map(_activation_to_leave_out, _last_operations(model))):
            raise ValueError(
                _(
                    "{name} must give logits, and its last layer gives probabilities: leave out its "
                    "{activation}.",
                    name=role,
                    activation=activation,
                )
            )
    if len(shapes) == 2:
        check_shapes(shapes["teacher"], shapes["student"])


def only_output(role: str, outputs: Any) -> Any:
    """The logits, of what the model in this role returns.

    Raises:
        ValueError: when it returns several tensors, or one that comes straight from a softmax or sigmoid.
    """
    outputs = keras.tree.flatten(outputs)
    if len(outputs) > 1:
        raise ValueError(
            _("{name} must have one output, its logits, and has {count}.", name=role, count=len(outputs))
        )
    if hasattr(outputs[0], "_keras_logits"):  # Keras' own mark of such a tensor
        raise ValueError(
            _(
                "{name} must give logits, and gives probabilities: leave out its softmax or sigmoid.",
                name=role,
            )
        )
    return outputs[0]


def classes(model: keras.Model) -> int | None:
    """How many classes a model tells apart; None if it is not known yet."""
    return next((output.shape[-1] for output in _outputs(model)), None)


def _outputs(model: Any) -> list:
    try:
        return list(model.outputs or ())
    except AttributeError:  # not built yet, or subclassed
        return []


def _last_operations(model: Any) -> Iterator[Any]:
    """The operations at the end of a model of layers, the last first, up to one that computes its output."""
    if isinstance(model, keras.Sequential):
        layers = iter(reversed(model.layers))
    else:
        layers = _before(next(iter(_outputs(model)), None))
    for layer in layers:
        if isinstance(layer, keras.Model):
            yield from _last_operations(layer)
        else:
            yield layer
        if not _hands_on(layer):
            return


def _before(tensor: Any) -> Iterator[Any]:
    while tensor is not None:
        operation = tensor._keras_history.operation
        yield operation
        tensor = operation.input if isinstance(operation.input, keras.KerasTensor) else None


def _hands_on(layer: Any) -> bool:
    linear = isinstance(layer, keras.layers.Activation) and _activation(layer) == "linear"
    return linear or type(layer).__name__ in _HANDS_ON


def _activation(layer: Any) -> str:
    """The name of a layer's function: of its activation, or of the layer itself, such as Softmax."""
    activation = getattr(layer, "activation", None)
    if activation is None:
        return type(layer).__name__.lower()
    return getattr(activation, "__name__", type(activation).__name__).lower()


def _activation_to_leave_out(layer: Any) -> str | None:
    name = _activation(layer)
    return name.removesuffix("_v2") if name in _PROBABILITIES else None
