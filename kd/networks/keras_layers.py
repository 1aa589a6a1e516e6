"""Keras' description of a layer → the NumPy layer that does the same, or an error that says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kd.networks.numpy_layers import (
    Activation,
    Convolution,
    Dense,
    Flatten,
    Layer,
    MaxPooling,
    Shape,
    Window,
)
from kd.text.translation import _
from kd.text.words import quoted

_ACTIVATIONS = {
    "linear": Activation("linear"),
    "relu": Activation("relu"),
    "leaky_relu": Activation("leaky_relu", 0.2),
    "tanh": Activation("tanh"),
    "sigmoid": Activation("sigmoid"),
}


@dataclass(frozen=True, eq=False)
class Step:
    """A layer, with its name and kind in Keras."""

    name: str
    kind: str
    layer: Layer


def sequential_from_config(
    config: dict[str, Any], weights: list[list[np.ndarray]]
) -> tuple[str, Shape, tuple[Step, ...]]:
    """Name, input shape and steps of a saved Sequential, from what `kd.networks.keras_file` read.

    Raises:
        ValueError: when a layer or one of its options is not supported, or the description is incomplete.
    """
    try:
        entries = list(zip(config["layers"], weights, strict=True))
        input_shape = tuple(int(n) for n in _input_shape(config)[1:])
        steps = tuple(step for entry, arrays in entries for step in _steps_of(entry, arrays))
        return str(config["name"]), input_shape, steps
    except (KeyError, TypeError, AttributeError, IndexError):
        raise ValueError(_("The model's file does not describe its layers as Keras 3 does.")) from None


def readonly(array: np.ndarray) -> np.ndarray:
    """A float32 copy that nobody can change.

    Raises:
        ValueError: when it is not finite, as after training that diverged.
    """
    copy = np.array(array, np.float32, order="C")
    if not np.isfinite(copy).all():
        raise ValueError(_("A model's weights must be finite, got NaN or infinity: train it again."))
    copy.flags.writeable = False
    return copy


def _input_shape(config: dict[str, Any]) -> Sequence[int]:
    first = config["layers"][0]
    if first["class_name"] == "InputLayer":
        return first["config"]["batch_shape"]
    return config["build_input_shape"]


def _steps_of(entry: dict[str, Any], weights: list[np.ndarray]) -> list[Step]:
    """One saved layer as steps: none if it does nothing here, two if it has an activation built in."""
    kind, config = entry["class_name"], entry["config"]
    name = str(config["name"])
    if kind in ("InputLayer", "Dropout"):
        return []
    if kind == "Flatten":
        return [Step(name, kind, Flatten())]
    if kind == "MaxPooling2D":
        return [Step(name, kind, MaxPooling(_window(config, config["pool_size"])))]
    if kind == "LeakyReLU":
        return [Step(name, kind, Activation("leaky_relu", float(config["negative_slope"])))]
    if kind == "ReLU":
        if config["max_value"] is not None or config["threshold"]:
            raise ValueError(
                _(
                    "The layer {name} limits its ReLU, which is not supported: use a plain one.",
                    name=quoted(name),
                )
            )
        return [Step(name, kind, Activation("relu", float(config["negative_slope"])))]
    if kind == "Activation":
        return [Step(name, kind, _activation(name, config["activation"]))]
    if kind not in ("Conv2D", "Dense"):
        raise ValueError(
            _(
                "The layer {name} is a {kind}, which is not supported: use Conv2D, Dense, MaxPooling2D, "
                "LeakyReLU, ReLU, Activation, Flatten and Dropout.",
                name=quoted(name),
                kind=quoted(kind),
            )
        )
    if len(weights) != 1 + config["use_bias"]:
        raise ValueError(
            _(
                "The layer {name} has the wrong number of weight arrays ({count}), so the file is damaged.",
                name=quoted(name),
                count=len(weights),
            )
        )
    kernel = readonly(weights[0])
    bias = readonly(weights[1]) if config["use_bias"] else None
    if kind == "Conv2D":
        if config["groups"] != 1 or list(config["dilation_rate"]) != [1, 1]:
            raise ValueError(
                _("The layer {name} is grouped or dilated, which is not supported.", name=quoted(name))
            )
        layer: Layer = Convolution(kernel, bias, _window(config, kernel.shape[:2]))
    else:
        layer = Dense(kernel, bias)
    activation = _activation(name, config["activation"])
    step = Step(name, kind, layer)
    if activation.function == "linear":
        return [step]
    return [step, Step(f"{name}_{activation.function}", "Activation", activation)]


def _activation(name: str, function: Any) -> Activation:
    if not isinstance(function, str) or function not in _ACTIVATIONS:
        raise ValueError(
            _(
                "The layer {name} has the activation {function}, which is not supported: "
                "use one of {choices}.",
                name=quoted(name),
                function=quoted(function),
                choices=", ".join(_ACTIVATIONS),
            )
        )
    return _ACTIVATIONS[function]


def _window(config: dict[str, Any], size: Sequence[int]) -> Window:
    padding, channels = config["padding"], config["data_format"]
    strides = config["strides"]
    if padding not in ("same", "valid") or channels != "channels_last":
        raise ValueError(
            _(
                "The layer {name} must have the padding 'same' or 'valid', and its channels last.",
                name=quoted(config["name"]),
            )
        )
    pairs = [tuple(int(n) for n in pair) for pair in (size, strides)]
    if any(len(pair) != 2 or min(pair) < 1 for pair in pairs):
        raise ValueError(
            _(
                "The layer {name} has a window of {size} with strides {strides}, so the file is damaged.",
                name=quoted(config["name"]),
                size=size,
                strides=strides,
            )
        )
    (high, wide), (down, across) = pairs
    return Window((high, wide), (down, across), padding)


def check_fits(step: Step, shape: Shape) -> None:
    """Raise ValueError if a layer cannot take the output of the one before, as in a damaged file."""
    layer = step.layer
    if isinstance(layer, Convolution):
        fits = layer.kernel.ndim == 4 and len(shape) == 3 and layer.kernel.shape[2] == shape[2]
    elif isinstance(layer, Dense):
        fits = layer.kernel.ndim == 2 and layer.kernel.shape[0] == shape[-1]
    else:
        fits = not isinstance(layer, MaxPooling) or len(shape) == 3
    if fits and isinstance(layer, Convolution | MaxPooling):
        fits = min(layer.window.positions(*shape[:2])) >= 1
    if fits and isinstance(layer, Convolution | Dense) and layer.bias is not None:
        fits = layer.bias.shape == layer.kernel.shape[-1:]
    if not fits:
        raise ValueError(
            _("The layer {name} does not fit an input of shape {shape}.", name=quoted(step.name), shape=shape)
        )
