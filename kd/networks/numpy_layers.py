"""The Keras layers of our networks in NumPy: forward, back to their input, and read from a .keras file.

Classes and their fields are named as in Keras. Layers are immutable, so threads may share them. Arrays are
float32 (n, height, width, channels). `pull_back` is the vector-Jacobian product, from the gradient with
respect to the output to that with respect to the input. Ties and zeros are decided as in TensorFlow.
"""

import dataclasses
import io
import json
import math
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kd.base.unusable import Unusable
from kd.text.translation import N_, _
from kd.text.words import quoted

Shape = tuple[int, ...]
Pair = tuple[int, int]

# Where a layer has one of these options, it must be so.
_OPTIONS = {
    "activation": "linear",
    "data_format": "channels_last",
    "depth_multiplier": 1,
    "dilation_rate": [1, 1],
    "groups": 1,
    "padding": "same",
    "use_bias": True,
}


class NoTwin(Unusable):
    """A network has a layer, or an option of a layer, that the NumPy engine does not compute."""


@dataclass(frozen=True, eq=False)
class Layer:
    """What layers have in common. weights: kernel and bias, or nothing. Shapes are of one picture."""

    weights: tuple[np.ndarray, ...] = ()

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def forward(self, values: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class _Window(Layer):
    """A layer whose window slides over height and width, with Keras' padding "same"."""

    strides: Pair = (1, 1)

    @property
    def size(self) -> Pair:
        """The window's height and width."""
        return self.weights[0].shape[:2]

    def places(self, shape: Shape) -> Pair:
        """Returns how many positions the window takes along height and width."""
        return -(-shape[0] // self.strides[0]), -(-shape[1] // self.strides[1])

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.places(shape), shape[2])

    def margins(self, shape: Shape) -> tuple[Pair, Pair]:
        """Returns the padding before and after, of both: TensorFlow puts the odd pixel after."""
        rows, columns = (
            max((p - 1) * s + k - n, 0)
            for p, s, k, n in zip(self.places(shape), self.strides, self.size, shape[:2], strict=True)
        )
        return (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)

    def pad(self, values: np.ndarray, fill: float = 0.0) -> np.ndarray:
        """Returns the input with its margins, filled."""
        margins = self.margins(values.shape[1:])
        if not any(map(any, margins)):
            return values
        return np.pad(values, ((0, 0), *margins, (0, 0)), constant_values=fill)

    def crop(self, padded: np.ndarray, shape: Shape) -> np.ndarray:
        """Returns the padded array without its margins."""
        (top, _), (left, _) = self.margins(shape)
        return padded[:, top : top + shape[0], left : left + shape[1]]

    def shifts(self, padded: np.ndarray, places: Pair) -> list[np.ndarray]:
        """Returns for each pixel of the window, row by row, a view of what is under it at each position."""
        (rows, columns), (down, right) = places, self.strides
        return [
            padded[:, y : y + (rows - 1) * down + 1 : down, x : x + (columns - 1) * right + 1 : right]
            for y in range(self.size[0])
            for x in range(self.size[1])
        ]


@dataclass(frozen=True, eq=False)
class Conv2D(_Window):
    """Cross-correlation with a kernel (height, width, channels, filters), plus a bias."""

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.places(shape), self.weights[0].shape[-1])

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape)) * math.prod(self.weights[0].shape[:-1])

    def forward(self, values: np.ndarray) -> np.ndarray:
        kernel, bias = self.weights
        places = self.places(values.shape[1:])
        patches = np.stack(self.shifts(self.pad(values), places), axis=3)
        columns = patches.reshape(-1, math.prod(kernel.shape[:-1]))
        product = columns @ kernel.reshape(columns.shape[1], -1)
        product += bias
        return product.reshape(len(values), *places, kernel.shape[-1])

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        # pixel by pixel: the products of all of them would take 29 MB of the teacher's 64 directions
        kernel, rows = self.weights[0], gradient.reshape(-1, gradient.shape[-1])
        padded = self.pad(np.zeros(values.shape, np.float32))
        shifts = self.shifts(padded, gradient.shape[1:3])
        for view, weights in zip(shifts, kernel.reshape(-1, *kernel.shape[2:]), strict=True):
            view += (rows @ weights.T).reshape(view.shape)
        return self.crop(padded, values.shape[1:])


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(_Window):
    """A convolution of each channel by itself: a kernel (height, width, channels, 1), plus a bias."""

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape)) * math.prod(self.size)

    def _pixels(self, padded: np.ndarray, places: Pair) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Returns for each pixel of the window what is under it, and its weights (channels,)."""
        kernel = self.weights[0]
        return zip(self.shifts(padded, places), kernel.reshape(-1, kernel.shape[2]), strict=True)

    def forward(self, values: np.ndarray) -> np.ndarray:
        places = self.places(values.shape[1:])
        total = np.zeros((len(values), *places, values.shape[3]), np.float32)
        for view, weights in self._pixels(self.pad(values), places):
            total += view * weights
        return total + self.weights[1]

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        padded = self.pad(np.zeros(values.shape, np.float32))
        for view, weights in self._pixels(padded, gradient.shape[1:3]):
            view += gradient * weights
        return self.crop(padded, values.shape[1:])


@dataclass(frozen=True, eq=False)
class MaxPooling2D(_Window):
    """The largest value under the window, channel by channel."""

    pool_size: Pair = (2, 2)
    strides: Pair = (2, 2)

    @property
    def size(self) -> Pair:
        return self.pool_size

    def forward(self, values: np.ndarray) -> np.ndarray:
        first, *others = self.shifts(self.pad(values, -np.inf), self.places(values.shape[1:]))
        largest = first.copy()
        for view in others:
            np.maximum(largest, view, out=largest)
        return largest

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        padded = self.pad(values, -np.inf)
        total = np.zeros_like(padded)
        views, targets = (self.shifts(each, output.shape[1:3]) for each in (padded, total))
        free = np.ones(output.shape, bool)  # the first of equal values takes the whole gradient
        for view, target in zip(views, targets, strict=True):
            chosen = free & (view == output)
            target += np.where(chosen, gradient, np.float32(0.0))
            free &= ~chosen
        return self.crop(total, values.shape[1:])


@dataclass(frozen=True, eq=False)
class LeakyReLU(Layer):
    """Negative values times a slope between 0 and 1."""

    negative_slope: float = 0.3

    def forward(self, values: np.ndarray) -> np.ndarray:
        scaled = values * np.float32(self.negative_slope)
        return np.maximum(values, scaled, out=scaled)

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        return np.where(values > 0, gradient, gradient * np.float32(self.negative_slope))


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """Each picture's values as one row."""

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def forward(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(len(values), math.prod(values.shape[1:]))

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        return gradient.reshape(values.shape)


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    """A matrix (inputs, units), plus a bias."""

    def output_shape(self, shape: Shape) -> Shape:
        return (self.weights[0].shape[1],)

    def multiply_adds(self, shape: Shape) -> int:
        return self.weights[0].size

    def forward(self, values: np.ndarray) -> np.ndarray:
        kernel, bias = self.weights
        return values @ kernel + bias

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        return gradient @ self.weights[0].T


_LAYERS: dict[str, type[Layer]] = {
    each.__name__: each for each in (Conv2D, DepthwiseConv2D, MaxPooling2D, LeakyReLU, Flatten, Dense)
}


def layers_of_file(source: str | os.PathLike | bytes) -> tuple[Shape, tuple[Layer, ...]]:
    """Returns the input's shape and the layers of a .keras file; raises as `NumpyModel.load`."""
    config, weights = read_keras_file(source)
    (first, *entries), (_nothing, *arrays) = config["layers"], weights
    layers = (
        _layer(entry["class_name"], entry["config"], own) for entry, own in zip(entries, arrays, strict=True)
    )
    return tuple(first["config"]["batch_shape"][1:]), tuple(layers)


def _layer(kind: str, options: Mapping[str, Any], weights: Sequence[np.ndarray]) -> Layer:
    if kind not in _LAYERS:
        raise NoTwin(N_("NumPy does not compute the layer {kind} of this network."), kind=quoted(kind))
    for name, value in _OPTIONS.items():
        if options.get(name, value) != value:
            given = quoted(options[name])
            said = N_("NumPy does not compute a {kind} with {option} {value}.")
            raise NoTwin(said, kind=kind, option=name, value=given)
    names = {each.name for each in dataclasses.fields(_LAYERS[kind])} & options.keys()
    own = {name: tuple(value) if isinstance(value := options[name], list) else value for name in names}
    return _LAYERS[kind](weights=tuple(map(readonly, weights)), **own)


def readonly(array: np.ndarray) -> np.ndarray:
    """Returns a float32 copy that cannot be changed; raises a ValueError if it is not finite."""
    return settled(np.array(array, np.float32, order="C"))


def settled(array: np.ndarray) -> np.ndarray:
    """Returns the array itself, which cannot be changed any more; raises as `readonly`."""
    if not np.isfinite(array).all():
        raise Unusable("A model's weights must be finite, got NaN or infinity: train it again.")
    array.flags.writeable = False
    return array


def read_keras_file(source: str | os.PathLike | bytes) -> tuple[dict[str, Any], list[list[np.ndarray]]]:
    """Reads a saved Sequential without Keras: plain JSON and plain arrays, no code and no pickle.

    Returns its configuration, and each layer's arrays, float32, as `layer.get_weights()` orders them. Raises
    a ValueError when the file is missing, damaged, or no Keras 3 Sequential.
    """
    name = _("The model") if isinstance(source, bytes) else _("The model file {path}", path=Path(source))
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            description = json.loads(archive.read("config.json"))
            weights = archive.read("model.weights.h5")
        if description["class_name"] != "Sequential":
            raise ValueError("only a keras.Sequential can be read")
        config = description["config"]
        return config, _layer_weights(weights, [layer["class_name"] for layer in config["layers"]])
    except FileNotFoundError:
        raise Unusable("{file} is missing: train the run again, or choose another one.", file=name) from None
    except (ImportError, MemoryError):
        raise
    except Exception as error:  # zipfile, json and h5py raise many kinds of them
        raise Unusable(
            "{file} is damaged or not a Keras 3 .keras file: save the model again.", file=name
        ) from error


def _layer_weights(file: bytes, kinds: list[str]) -> list[list[np.ndarray]]:
    """Returns each layer's arrays; Keras names a group after its class in snake case, and numbers repeats."""
    import h5py

    weights: list[list[np.ndarray]] = []
    seen: dict[str, int] = {}
    with h5py.File(io.BytesIO(file), "r") as store:
        for kind in kinds:
            group = _snake_case(kind)
            count = seen.get(group, 0)
            seen[group] = count + 1
            path = f"layers/{group}_{count}/vars" if count else f"layers/{group}/vars"
            variables = store.get(path, {})
            weights.append([np.asarray(variables[str(i)], np.float32) for i in range(len(variables))])
    return weights


def _snake_case(name: str) -> str:
    """MaxPooling2D → max_pooling2d, as keras.src.utils.naming.to_snake_case."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
