"""The few layers that our networks are made of, in NumPy: forward, and back to their input.

Every layer is an immutable value without state, so any number of threads may share it. Arrays are
float32 in Keras' order (n, height, width, channels). `pull_back` is the vector-Jacobian product: it takes
the gradient with respect to the layer's output and returns that with respect to its input. Ties and zeros
are decided as in TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Window:
    """A window that slides over height and width: the geometry of a convolution or a pooling."""

    size: tuple[int, int]
    strides: tuple[int, int]
    padding: str  # "same" or "valid"

    def positions(self, height: int, width: int) -> tuple[int, int]:
        """How many positions the window takes along height and width."""
        (high, wide), (down, across) = self.size, self.strides
        if self.padding == "same":
            return -(-height // down), -(-width // across)
        return (height - high) // down + 1, (width - wide) // across + 1

    def margins(self, height: int, width: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Padding before and after, for height and for width: TensorFlow puts the odd pixel after."""
        if self.padding == "valid":
            return (0, 0), (0, 0)
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

    def shifts(self, padded: np.ndarray, places: tuple[int, int]) -> list[np.ndarray]:
        """For each pixel of the window, row by row, a view of what is under it at each position."""
        (rows, columns), (down, right) = places, self.strides
        return [
            padded[:, y : y + (rows - 1) * down + 1 : down, x : x + (columns - 1) * right + 1 : right]
            for y in range(self.size[0])
            for x in range(self.size[1])
        ]


@dataclass(frozen=True, eq=False)
class Convolution:
    """Cross-correlation of images with `kernel` (height, width, channels, filters), plus a bias."""

    kernel: np.ndarray
    bias: np.ndarray | None
    window: Window

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.window.positions(*shape[:2]), self.kernel.shape[-1])

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape)) * math.prod(self.kernel.shape[:-1])

    def forward(self, values: np.ndarray) -> np.ndarray:
        places = self.window.positions(*values.shape[1:3])
        patches = np.stack(self.window.shifts(self.window.pad(values, 0.0), places), axis=3)
        columns = patches.reshape(-1, math.prod(self.kernel.shape[:-1]))
        product = columns @ self.kernel.reshape(columns.shape[1], -1)
        return _biased(product, self.bias).reshape(len(values), *places, self.kernel.shape[-1])

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, _: np.ndarray) -> np.ndarray:
        return self.transposed(gradient, values.shape[1:])

    def transposed(self, gradient: np.ndarray, input_shape: Shape) -> np.ndarray:
        """The transposed convolution: output space (n, rows, columns, filters) to input space."""
        height, width, channels = input_shape
        (top, bottom), (left, right) = self.window.margins(height, width)
        places = gradient.shape[1:3]
        columns = gradient.reshape(-1, gradient.shape[-1]) @ self.kernel.reshape(-1, gradient.shape[-1]).T
        columns = columns.reshape(len(gradient), *places, -1, channels)
        padded = np.zeros((len(gradient), top + height + bottom, left + width + right, channels), np.float32)
        for pixel, view in enumerate(self.window.shifts(padded, places)):
            view += columns[:, :, :, pixel]
        return self.window.crop(padded, height, width)


@dataclass(frozen=True, eq=False)
class MaxPooling:
    """The largest value under the window, channel by channel."""

    window: Window

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.window.positions(*shape[:2]), shape[2])

    def multiply_adds(self, shape: Shape) -> int:
        return 0

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
class Activation:
    """An element-wise function: linear, relu, leaky_relu (with its slope), tanh or sigmoid."""

    function: str
    negative_slope: float = 0.0

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def forward(self, values: np.ndarray) -> np.ndarray:
        if self.function == "linear":
            return values
        if self.function == "tanh":
            return np.tanh(values)
        if self.function == "sigmoid":
            return np.float32(0.5) * (np.tanh(np.float32(0.5) * values) + np.float32(1.0))
        scaled = values * np.float32(self.negative_slope)
        if 0.0 <= self.negative_slope <= 1.0:
            return np.maximum(values, scaled, out=scaled)
        return np.where(values > 0, values, scaled)

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, output: np.ndarray) -> np.ndarray:
        if self.function == "linear":
            return gradient
        if self.function == "tanh":
            return gradient * (1 - output * output)
        if self.function == "sigmoid":
            return gradient * output * (1 - output)
        return np.where(values > 0, gradient, gradient * np.float32(self.negative_slope))


@dataclass(frozen=True, eq=False)
class Flatten:
    """Each picture's values as one row."""

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def forward(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(len(values), math.prod(values.shape[1:]))

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, _: np.ndarray) -> np.ndarray:
        return gradient.reshape(values.shape)


@dataclass(frozen=True, eq=False)
class Dense:
    """A matrix `kernel` (inputs, units), plus a bias."""

    kernel: np.ndarray
    bias: np.ndarray | None

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.kernel.shape[1])

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(shape[:-1]) * self.kernel.size

    def forward(self, values: np.ndarray) -> np.ndarray:
        return _biased(values @ self.kernel, self.bias)

    def pull_back(self, gradient: np.ndarray, values: np.ndarray, _: np.ndarray) -> np.ndarray:
        return gradient @ self.kernel.T


Layer = Convolution | MaxPooling | Activation | Flatten | Dense


def fold_convolution(convolution: Convolution, dense: Dense, input_shape: Shape) -> Dense:
    """The one matrix that equals Convolution → Flatten → Dense (kd/networks/folding.py says why).

    Args:
        input_shape: (height, width, channels) of one picture as it enters the convolution.

    Returns:
        A Dense layer on the flattened input of the convolution.
    """
    places = convolution.output_shape(input_shape)
    rows = dense.kernel.T.reshape(-1, *places)
    kernel = convolution.transposed(rows, input_shape).reshape(len(rows), -1).T
    bias = np.zeros(len(rows), np.float32) if dense.bias is None else dense.bias
    if convolution.bias is not None:
        bias = bias + rows.sum((1, 2)) @ convolution.bias
    return Dense(_frozen(kernel), _frozen(bias))


def fold_linear_tail(layers: Sequence[Layer], input_shape: Shape) -> tuple[Layer, ...]:
    """The same function, with any final Convolution → Flatten → Dense as one matrix."""
    if len(layers) < 3:
        return tuple(layers)
    *head, convolution, flatten, dense = layers
    if not (
        isinstance(convolution, Convolution) and isinstance(flatten, Flatten) and isinstance(dense, Dense)
    ):
        return tuple(layers)
    shape = input_shape
    for layer in head:
        shape = layer.output_shape(shape)
    return (*head, flatten, fold_convolution(convolution, dense, shape))


def _biased(product: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    if bias is not None:
        product += bias
    return product


def _frozen(array: np.ndarray) -> np.ndarray:
    array = np.asarray(array, np.float32)
    array.flags.writeable = False
    return array
