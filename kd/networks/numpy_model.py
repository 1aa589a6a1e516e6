"""Ask a trained network without TensorFlow: a NumPy twin of a saved keras.Sequential.

Pages use it to answer drawings. It loads in milliseconds, and its logits are Keras' up to float32 rounding. A
linear tail (kd/networks/folding.py) is folded when the model is loaded, which makes the teacher about sixty
times faster.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kd.networks.numpy_layers import (
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Layer,
    Shape,
    layers_of_file,
    readonly,
    settled,
)

if TYPE_CHECKING:
    import pandas as pd

# Batches are cut so that the largest activation has about this many values (2 MB): memory is bounded, and
# what one layer writes is still in the cache when the next one reads it.
_VALUES_AT_ONCE = 2**19
_ROWS_AT_ONCE = 16  # of a matrix that is folded: of the teacher's last layer but one, each takes 200 kB


class LayerDescription(NamedTuple):
    """One layer in numbers, for one picture."""

    kind: str  # Keras' class name
    output_shape: Shape
    parameters: int
    multiply_adds: int
    activations: int  # values in its output


@dataclass(frozen=True, eq=False)
class NumpyModel:
    """A trained network as immutable NumPy arrays, which threads may share. input_shape: of one picture.

    If many threads ask at once, limit BLAS to one thread for the whole process, as the app does: the products
    are small, and BLAS threads that wait for each other on busy cores turn 0.3 ms into 50 ms.
    """

    input_shape: Shape
    _layers: tuple[Layer, ...] = field(repr=False)
    folded: tuple[Layer, ...] = field(init=False, repr=False)

    @classmethod
    def load(cls, source: str | os.PathLike | bytes) -> NumpyModel:
        """Reads a .keras file; nothing in it is executed or unpickled.

        Raises NoTwin when NumPy does not compute one of its layers, and ValueError when the file is missing,
        damaged, or no Sequential.
        """
        return cls(*layers_of_file(source))

    def __post_init__(self) -> None:
        # Made here rather than on first use, so that threads only ever read it.
        object.__setattr__(self, "folded", fold_linear_tail(self._layers, self.input_shape))

    @cached_property
    def layers(self) -> tuple[LayerDescription, ...]:
        """What the network is made of, in order; the numbers describe the network as Keras runs it."""
        rows, shape = [], self.input_shape
        for layer in self._layers:
            output = layer.output_shape(shape)
            parameters = sum(array.size for array in layer.weights)
            kind, multiply_adds = type(layer).__name__, layer.multiply_adds(shape)
            rows.append(LayerDescription(kind, output, parameters, multiply_adds, math.prod(output)))
            shape = output
        return tuple(rows)

    @property
    def parameters(self) -> int:
        """How many numbers the network learned."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def classes(self) -> int:
        """How many logits the network gives."""
        return self.layers[-1].output_shape[0]

    @property
    def first_layer_filters(self) -> np.ndarray:
        """The first layer's kernel, (height, width, channels, filters); a unit looks at the whole picture."""
        kernel = self.weights()[0]
        return kernel if kernel.ndim == 4 else kernel.reshape(*self.input_shape, -1)

    def logits(self, images: np.ndarray) -> np.ndarray:
        """Returns the logits of pictures (n, height, width, channels) in [0, 1]: float32 (n, classes).

        Raises a ValueError when the shape or type is wrong, or a value is not finite.
        """
        return self._in_chunks(self.folded, images)

    def penultimate(self, images: np.ndarray) -> np.ndarray:
        """Returns what the last layer gets, with no layers folded: float32 (n, features)."""
        return self._in_chunks(self._layers[:-1], images)

    def penultimate_map(self, directions: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Returns a function from pictures to coordinates of their penultimate features along directions.

        directions: (features, k); coordinates: float32 (n, k). Where these features are linear in an earlier
        layer, they are folded into one matrix.
        """
        features = self.layers[-2].activations
        if np.ndim(directions) != 2 or len(directions) != features:
            shape = np.shape(directions)
            raise ValueError(f"directions must have {features:,} rows, one a feature, got the shape {shape}.")
        ending = Dense((directions, np.zeros(directions.shape[1], np.float32)))
        layers = fold_linear_tail([*self._layers[:-1], ending], self.input_shape)
        return lambda images: self._in_chunks(layers, images)

    def input_gradient(self, images: np.ndarray, output_gradient: np.ndarray) -> np.ndarray:
        """Returns how a sum of the logits, weighted by (n, classes), changes with each pixel.

        At a kink it chooses as TensorFlow does: the first of equal values under a pooling window. Values that
        differ only by rounding may go either way. Raises a ValueError as `logits`, or when the two do not
        match.
        """
        images, gradient = self._checked(images), np.asarray(output_gradient, np.float32)
        expected = (len(images), self.classes)
        if gradient.shape != expected or not np.isfinite(gradient).all():
            raise ValueError(
                f"output_gradient must be finite numbers {expected}, got the shape {gradient.shape}."
            )
        outputs = [images]
        for layer in self.folded:
            outputs.append(layer.forward(outputs[-1]))
        for layer in self.folded[::-1]:
            output = outputs.pop()
            gradient = layer.pull_back(gradient, outputs[-1], output)
        return gradient

    def weights(self) -> list[np.ndarray]:
        """Returns the learned arrays, as Keras' `model.get_weights()` orders them (read-only)."""
        return [array for layer in self._layers for array in layer.weights]

    def with_flat_weights(self, vector: np.ndarray) -> NumpyModel:
        """Returns the network with other weights: all arrays flattened and joined, as snapshots keep them."""
        if np.shape(vector) != (self.parameters,):
            shape = np.shape(vector)
            raise ValueError(f"The vector must have {self.parameters:,} numbers, got the shape {shape}.")
        arrays = self.weights()
        parts = iter(np.split(vector, np.cumsum([array.size for array in arrays])[:-1]))
        layers = []
        for layer in self._layers:
            weights = tuple(readonly(next(parts)).reshape(array.shape) for array in layer.weights)
            layers.append(replace(layer, weights=weights))
        return NumpyModel(self.input_shape, tuple(layers))

    def _checked(self, images: np.ndarray) -> np.ndarray:
        images = np.asarray(images)
        if images.ndim == 0 or images.shape[1:] != self.input_shape:
            expected = ", ".join(map(str, self.input_shape))
            raise ValueError(f"images must have the shape (n, {expected}), got {images.shape}.")
        if not np.issubdtype(images.dtype, np.floating):
            raise ValueError(f"images must be floating point in [0, 1], got {images.dtype}: divide by 255.")
        if not np.isfinite(images).all():
            raise ValueError("images must be finite, got NaN or infinity in at least one pixel.")
        return np.ascontiguousarray(images, np.float32)

    def _in_chunks(self, layers: Sequence[Layer], images: np.ndarray) -> np.ndarray:
        images = self._checked(images)
        size = max(1, _VALUES_AT_ONCE // max(layer.activations for layer in self.layers))
        found = np.empty(0, np.float32)
        for start in range(0, max(1, len(images)), size):
            values = images[start : start + size]
            for layer in layers:
                values = layer.forward(values)
            if not start:
                found = np.empty((len(images), *values.shape[1:]), values.dtype)
            found[start : start + size] = values
        return found


def fold_linear_tail(layers: Sequence[Layer], input_shape: Shape) -> tuple[Layer, ...]:
    """Returns layers of the same function: the final Dense and all linear layers before it as one matrix."""
    *head, dense = layers
    shapes = [input_shape]
    for layer in head:
        shapes.append(layer.output_shape(shapes[-1]))
    if not isinstance(dense, Dense) or not head or not isinstance(head[-1], Flatten):
        return tuple(layers)
    tail = []
    while head and isinstance(head[-1], (Conv2D, DepthwiseConv2D, Flatten)):
        layer, shape = head.pop(), shapes[len(head)]
        tail.append((layer, shape, layer.forward(np.zeros((1, *shape), np.float32))))
    weights, bias = dense.weights[0].T, dense.weights[1].copy()
    folded = np.empty((math.prod(shapes[len(head)]), len(weights)), np.float32)
    for start in range(0, len(weights), _ROWS_AT_ONCE):
        here = slice(start, start + _ROWS_AT_ONCE)
        rows = weights[here].astype(np.float32)
        for layer, shape, offset in tail:
            bias[here] += rows.reshape(len(rows), -1) @ offset.ravel()
            rows = layer.pull_back(rows, np.broadcast_to(np.float32(0), (len(rows), *shape)), offset)
        folded[:, here] = rows.reshape(len(rows), -1).T
    return (*head, Flatten(), Dense((settled(folded), settled(bias))))


def architecture_table(models: Mapping[str, NumpyModel]) -> pd.DataFrame:
    """Returns the layers of several networks in order, one row each, with no layers folded.

    Columns: model, position (from 1), kind (Keras' class), output ("14 × 14 × 16"), parameters, multiply_adds
    and activations (both for one picture).
    """
    import pandas as pd  # asking a network does without

    columns = ["model", "position", "kind", "output", *LayerDescription._fields[2:]]
    rows = []
    for name, model in models.items():
        for position, layer in enumerate(model.layers, start=1):
            kind, shape, *numbers = layer
            rows.append((name, position, kind, " × ".join(map(str, shape)), *numbers))
    return pd.DataFrame(rows, columns=columns)


def first_layer(model: NumpyModel) -> str:
    """Returns what the first layer with weights has: "filters", "units", or "digits" if it is the last."""
    kinds = [layer.kind for layer in model.layers if layer.parameters]
    if kinds[0] == "Conv2D":
        return "filters"
    return "units" if len(kinds) > 1 else "digits"


def filters_over_time(model: NumpyModel, weights: np.ndarray, most: int | None = None) -> np.ndarray:
    """Returns the first `most` filters of the first layer at each point of a training run.

    weights: (k, parameters), as for `with_flat_weights`. From it (k, height, width, channels, filters).
    """
    return np.stack([model.with_flat_weights(row).first_layer_filters[..., :most] for row in weights])
