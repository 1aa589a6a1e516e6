"""The Keras layers that our networks are made of, in NumPy: forward, and back to their input.

Each class is named as in Keras, and has Keras' options of the same names. Every layer is an immutable value
without state, so any number of threads may share it. Arrays are float32 in Keras' order (n, height, width,
channels). `pull_back` is the vector-Jacobian product: it takes the gradient with respect to the layer's
output and returns that with respect to its input. Ties and zeros are decided as in TensorFlow.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

import numpy as np

from kd.base.unusable import Unusable
from kd.text.translation import _
from kd.text.words import quoted

Shape = tuple[int, ...]
Pair = tuple[int, int]


class NoTwin(Unusable):
    """A network has a layer, or an option of a layer, that the NumPy engine does not compute."""


@dataclass(frozen=True, eq=False)
class _Layer:
    """What most layers have in common.

    weights: kernel and bias, or nothing. A layer's other fields are Keras' options of this name; `fixed` has
    the options that must be as they are there. Shapes are of one picture.
    """

    fixed: ClassVar[Mapping[str, Any]] = {}

    weights: tuple[np.ndarray, ...] = ()

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def multiply_adds(self, shape: Shape) -> int:
        return 0


@dataclass(frozen=True, eq=False)
class Window:
    """A window that slides over height and width, with Keras' padding "same"."""

    size: Pair
    strides: Pair

    def positions(self, height: int, width: int) -> Pair:
        """How many positions the window takes along height and width."""
        return -(-height // self.strides[0]), -(-width // self.strides[1])

    def margins(self, height: int, width: int) -> tuple[Pair, Pair]:
        """Padding before and after, for height and for width: TensorFlow puts the odd pixel after."""
        places = self.positions(height, width)
        rows, columns = (
            max((p - 1) * s + k - n, 0)
            for p, s, k, n in zip(places, self.strides, self.size, (height, width), strict=True)
        )
        return (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)

    def pad(self, values: np.ndarray, fill: float) -> np.ndarray:
        """The input with its margins filled."""
        margins = self.margins(*values.shape[1:3])
        if not any(map(any, margins)):
            return values
        return np.pad(values, ((0, 0), *margins, (0, 0)), constant_values=fill)

    def crop(self, padded: np.ndarray, height: int, width: int) -> np.ndarray:
        """The padded array without its margins."""
        (top, _), (left, _) = self.margins(height, width)
        return padded[:, top : top + height, left : left + width]

    def empty(self, count: int, shape: Shape) -> np.ndarray:
        """Zeros for so many inputs of this shape, with their margins."""
        return self.pad(np.zeros((count, *shape), np.float32), 0.0)

    def shifts(self, padded: np.ndarray, places: Pair) -> list[np.ndarray]:
        """For each pixel of the window, row by row, a view of what is under it at each position."""
        (rows, columns), (down, right) = places, self.strides
        return [
            padded[:, y : y + (rows - 1) * down + 1 : down, x : x + (columns - 1) * right + 1 : right]
            for y in range(self.size[0])
            for x in range(self.size[1])
        ]


_SAME = {"padding": "same", "data_format": "channels_last"}
_PLAIN = {"use_bias": True, "activation": "linear"}
_UNDILATED = {"dilation_rate": [1, 1]}


@dataclass(frozen=True, eq=False)
class Conv2D(_Layer):
    """Cross-correlation with a kernel (height, width, channels, filters), plus a bias."""

    fixed: ClassVar = {**_SAME, **_PLAIN, **_UNDILATED, "groups": 1}

    strides: Pair = (1, 1)

    @property
    def window(self) -> Window:
        return Window(self.weights[0].shape[:2], self.strides)

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.window.positions(*shape[:2]), self.weights[0].shape[-1])

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape)) * math.prod(self.weights[0].shape[:-1])

    def forward(self, values: np.ndarray) -> np.ndarray:
        kernel, bias = self.weights
        places = self.window.positions(*values.shape[1:3])
        patches = np.stack(self.window.shifts(self.window.pad(values, 0.0), places), axis=3)
        columns = patches.reshape(-1, math.prod(kernel.shape[:-1]))
        product = columns @ kernel.reshape(columns.shape[1], -1)
        product += bias
        return product.reshape(len(values), *places, kernel.shape[-1])

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, _output: np.ndarray) -> np.ndarray:
        return self.transposed(gradient, values.shape[1:])

    def transposed(self, gradient: np.ndarray, input_shape: Shape) -> np.ndarray:
        """The transposed convolution: output space (n, rows, columns, filters) to input space."""
        height, width, channels = input_shape
        places, filters = gradient.shape[1:3], gradient.shape[-1]
        columns = gradient.reshape(-1, filters) @ self.weights[0].reshape(-1, filters).T
        columns = columns.reshape(len(gradient), *places, -1, channels)
        padded = self.window.empty(len(gradient), input_shape)
        for pixel, view in enumerate(self.window.shifts(padded, places)):
            view += columns[:, :, :, pixel]
        return self.window.crop(padded, height, width)


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(_Layer):
    """A convolution of each channel by itself: a kernel (height, width, channels, 1), plus a bias."""

    fixed: ClassVar = {**_SAME, **_PLAIN, **_UNDILATED, "depth_multiplier": 1}

    strides: Pair = (1, 1)

    @property
    def window(self) -> Window:
        return Window(self.weights[0].shape[:2], self.strides)

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.window.positions(*shape[:2]), shape[2])

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape)) * math.prod(self.window.size)

    def _pixels(self, padded: np.ndarray, places: Pair) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """For each pixel of the window, what is under it at each position, and its weights (channels,)."""
        kernel = self.weights[0]
        return zip(self.window.shifts(padded, places), kernel.reshape(-1, kernel.shape[2]), strict=True)

    def forward(self, values: np.ndarray) -> np.ndarray:
        places = self.window.positions(*values.shape[1:3])
        total = np.zeros((len(values), *places, values.shape[3]), np.float32)
        for view, weights in self._pixels(self.window.pad(values, 0.0), places):
            total += view * weights
        return total + self.weights[1]

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, _output: np.ndarray) -> np.ndarray:
        padded = self.window.empty(len(values), values.shape[1:])
        for view, weights in self._pixels(padded, gradient.shape[1:3]):
            view += gradient * weights
        return self.window.crop(padded, *values.shape[1:3])


@dataclass(frozen=True, eq=False)
class MaxPooling2D(_Layer):
    """The largest value under the window, channel by channel."""

    fixed: ClassVar = _SAME

    pool_size: Pair = (2, 2)
    strides: Pair = (2, 2)

    @property
    def window(self) -> Window:
        return Window(self.pool_size, self.strides)

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.window.positions(*shape[:2]), shape[2])

    def forward(self, values: np.ndarray) -> np.ndarray:
        places = self.window.positions(*values.shape[1:3])
        first, *others = self.window.shifts(self.window.pad(values, -np.inf), places)
        largest = first.copy()
        for view in others:
            np.maximum(largest, view, out=largest)
        return largest

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        padded = self.window.pad(values, -np.inf)
        total = np.zeros_like(padded)
        views = self.window.shifts(padded, output.shape[1:3])
        targets = self.window.shifts(total, output.shape[1:3])
        free = np.ones(output.shape, bool)  # the first of equal values takes the whole gradient
        for view, target in zip(views, targets, strict=True):
            chosen = free & (view == output)
            target += np.where(chosen, gradient, np.float32(0.0))
            free &= ~chosen
        return self.window.crop(total, *values.shape[1:3])


@dataclass(frozen=True, eq=False)
class LeakyReLU(_Layer):
    """Negative values times a slope between 0 and 1."""

    negative_slope: float = 0.3

    def forward(self, values: np.ndarray) -> np.ndarray:
        scaled = values * np.float32(self.negative_slope)
        return np.maximum(values, scaled, out=scaled)

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, _output: np.ndarray) -> np.ndarray:
        return np.where(values > 0, gradient, gradient * np.float32(self.negative_slope))


@dataclass(frozen=True, eq=False)
class Flatten(_Layer):
    """Each picture's values as one row."""

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def forward(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(len(values), math.prod(values.shape[1:]))

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, _output: np.ndarray) -> np.ndarray:
        return gradient.reshape(values.shape)


@dataclass(frozen=True, eq=False)
class Dense(_Layer):
    """A matrix (inputs, units), plus a bias."""

    fixed: ClassVar = _PLAIN

    def output_shape(self, shape: Shape) -> Shape:
        return (self.weights[0].shape[1],)

    def multiply_adds(self, shape: Shape) -> int:
        return self.weights[0].size

    def forward(self, values: np.ndarray) -> np.ndarray:
        kernel, bias = self.weights
        return values @ kernel + bias

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, _output: np.ndarray) -> np.ndarray:
        return gradient @ self.weights[0].T


Layer = Conv2D | DepthwiseConv2D | MaxPooling2D | LeakyReLU | Flatten | Dense
_KINDS: dict[str, type[Layer]] = {each.__name__: each for each in get_args(Layer)}


def layers_from_keras(
    config: Mapping[str, Any], weights: Sequence[Sequence[np.ndarray]]
) -> tuple[Shape, tuple[Layer, ...]]:
    """The input's shape and the layers of a Sequential, from what `kd.networks.keras_file` read.

    Raises:
        NoTwin: when NumPy does not compute a layer, or an option of it.
        ValueError: when a weight is not finite.
    """
    (first, *entries), (_nothing, *arrays) = config["layers"], weights
    layers = [
        _layer(entry["class_name"], entry["config"], own) for entry, own in zip(entries, arrays, strict=True)
    ]
    return tuple(first["config"]["batch_shape"][1:]), tuple(layers)


def _layer(kind: str, options: Mapping[str, Any], weights: Sequence[np.ndarray]) -> Layer:
    if kind not in _KINDS:
        raise NoTwin(_("NumPy does not compute the layer {kind} of this network.", kind=quoted(kind)))
    made = _KINDS[kind]
    for name, value in made.fixed.items():
        if options[name] != value:
            given = quoted(options[name])
            raise NoTwin(
                _(
                    "NumPy does not compute a {kind} with {option} {value}.",
                    kind=kind,
                    option=name,
                    value=given,
                )
            )
    own = {each.name: options[each.name] for each in dataclasses.fields(made) if each.name in options}
    own = {name: tuple(value) if isinstance(value, list) else value for name, value in own.items()}
    return made(weights=tuple(map(readonly, weights)), **own)


def readonly(array: np.ndarray) -> np.ndarray:
    """A float32 copy that cannot be changed.

    Raises:
        ValueError: when it is not finite, as after training that diverged.
    """
    copy = np.array(array, np.float32, order="C")
    if not np.isfinite(copy).all():
        raise Unusable(_("A model's weights must be finite, got NaN or infinity: train it again."))
    copy.flags.writeable = False
    return copy


def fold_linear_tail(layers: Sequence[Layer], input_shape: Shape) -> tuple[Layer, ...]:
    """The same function, with any final Conv2D → Flatten → Dense as one matrix.

    kd/networks/folding.py says why the function is the same.
    """
    if [type(layer) for layer in layers[-3:]] != [Conv2D, Flatten, Dense]:
        return tuple(layers)
    *head, convolution, flatten, dense = layers
    assert isinstance(convolution, Conv2D)
    shape = input_shape
    for layer in head:
        shape = layer.output_shape(shape)
    kernel, bias = dense.weights
    rows = kernel.T.reshape(-1, *convolution.output_shape(shape))
    folded = convolution.transposed(rows, shape).reshape(len(rows), -1).T
    bias = bias + rows.sum((1, 2)) @ convolution.weights[1]
    return (*head, flatten, Dense((readonly(folded), readonly(bias))))
