"""Ask a trained network without TensorFlow: a NumPy twin of a saved keras.Sequential.

Pages use it to answer drawings. It loads in milliseconds, all visitors and threads share one immutable model,
and its logits are Keras' up to float32 rounding. The notebook's networks end in Conv2D → Flatten → Dense with
no activation in between; this linear tail is folded into one matrix when the model is loaded
(kd/networks/folding.py says why the function is the same), which makes the teacher about sixty times faster.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from kd.networks.keras_file import read_keras_file
from kd.networks.keras_layers import Step, check_fits, readonly, sequential_from_config
from kd.networks.numpy_layers import Convolution, Dense, Flatten, Layer, Shape, fold_linear_tail
from kd.text.translation import _
from kd.text.words import quoted

# Batches are cut so that the largest activation has about this many values (2 MB): memory is bounded, and
# what one layer writes is still in the cache when the next one reads it.
_VALUES_AT_ONCE = 2**19


@dataclass(frozen=True)
class LayerDescription:
    """One layer in numbers, for one picture."""

    name: str
    kind: str  # Keras' class name
    output_shape: Shape
    parameters: int
    multiply_adds: int
    activations: int  # values in its output


@dataclass(frozen=True, eq=False)
class NumpyModel:
    """A trained network as immutable NumPy arrays, which threads may share.

    If many threads ask at once, limit BLAS to one thread for the whole process, as the app does: the products
    are small, and BLAS threads that wait for each other on busy cores turn 0.3 ms into 50 ms.

    Attributes:
        name: as in Keras.
        input_shape: of one picture, (height, width, channels).
    """

    name: str
    input_shape: Shape
    _steps: tuple[Step, ...] = field(repr=False)
    _fast: list[Layer] = field(init=False, repr=False)

    @classmethod
    def load(cls, source: str | os.PathLike | bytes) -> NumpyModel:
        """Read a `.keras` file (its path, or its bytes) that holds a keras.Sequential.

        Supported layers: Conv2D, LeakyReLU, ReLU, Activation, MaxPooling2D, Flatten and Dense; Dropout is
        skipped, as in inference. Nothing in the file is executed or unpickled.

        Raises:
            ValueError: when the file is missing or damaged, holds anything but a Sequential, or has a layer
                or an option that is not supported.
        """
        return cls(*sequential_from_config(*read_keras_file(source)))

    def __post_init__(self) -> None:
        shape = self.input_shape
        if len(shape) not in (1, 3):
            raise ValueError(_("A model's input must have 1 or 3 dimensions, got {shape}.", shape=shape))
        for step in self._steps:
            check_fits(step, shape)
            shape = step.layer.output_shape(shape)
        if len(shape) != 1:
            raise ValueError(
                _("A model must end in one row of logits for each picture, got {shape}.", shape=shape)
            )
        # Made here rather than on first use, so that threads only ever read it.
        object.__setattr__(self, "_fast", fold_linear_tail([s.layer for s in self._steps], self.input_shape))

    @cached_property
    def layers(self) -> tuple[LayerDescription, ...]:
        """What the network is made of, in order; the numbers describe the network as Keras runs it."""
        rows, shape = [], self.input_shape
        for step in self._steps:
            output = step.layer.output_shape(shape)
            rows.append(
                LayerDescription(
                    name=step.name,
                    kind=step.kind,
                    output_shape=output,
                    parameters=sum(array.size for array in _weights(step.layer)),
                    multiply_adds=step.layer.multiply_adds(shape),
                    activations=math.prod(output),
                )
            )
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
        """What the first layer looks for in a picture, (height, width, channels, filters).

        A convolution's kernel; or a dense layer's, whose units are filters as large as the whole picture.

        Raises:
            ValueError: when the first layer with weights does not look at the picture itself.
        """
        for step in self._steps:
            if isinstance(step.layer, Convolution):
                return step.layer.kernel
            if isinstance(step.layer, Dense) and len(self.input_shape) == 3:
                return step.layer.kernel.reshape(*self.input_shape, -1)
            if not isinstance(step.layer, Flatten):
                break
        raise ValueError(
            _(
                "The first layer of the model {name} has no weights, so it has no filters to show.",
                name=quoted(self.name),
            )
        )

    def logits(self, images: np.ndarray) -> np.ndarray:
        """The logits of pictures (n, height, width, channels) in [0, 1]: float32 (n, classes).

        Raises:
            ValueError: when the shape or type is wrong, or a value is not finite.
        """
        return self._in_chunks(self._fast, self._checked(images))

    def penultimate(self, images: np.ndarray) -> np.ndarray:
        """What the last dense layer gets: float32 (n, features); 25,088 features in the teacher.

        This runs every layer, with none folded; for distances between many pictures see `penultimate_map`.

        Raises:
            ValueError: as for `logits`; also when the network does not end in a dense layer.
        """
        last = max((i for i, s in enumerate(self._steps) if isinstance(s.layer, Dense)), default=None)
        if last is None:
            raise ValueError(
                _("The model {name} has no dense layer, so nothing comes before it.", name=quoted(self.name))
            )
        return self._in_chunks([s.layer for s in self._steps[:last]], self._checked(images))

    def penultimate_map(self, directions: np.ndarray) -> PenultimateMap:
        """A fast way to compute coordinates of the penultimate features along fixed directions.

        If the last dense layer's input is linear in an earlier layer, as in the notebook's networks, the
        convolution and the directions are folded into one matrix.

        Args:
            directions: (features, k), one column for each direction.
        """
        *head, dense = [step.layer for step in self._steps]
        if not isinstance(dense, Dense) or len(directions) != len(dense.kernel):
            raise ValueError(
                _(
                    "directions must have {count} rows, the features before the last dense layer, "
                    "got an array of shape {shape}.",
                    count=f"{self.layers[-2].activations:,}",
                    shape=np.shape(directions),
                )
            )
        ending = Dense(readonly(directions), None)
        return PenultimateMap(self, fold_linear_tail([*head, ending], self.input_shape))

    def layer_outputs(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """The output of every layer by its name, each (n, …). All of it is kept, so ask about few pictures.

        Raises:
            ValueError: as for `logits`.
        """
        values, outputs = self._checked(images), {}
        for step in self._steps:
            values = step.layer.forward(values)
            outputs[step.name] = values
        return outputs

    def input_gradient(self, images: np.ndarray, output_gradient: np.ndarray) -> np.ndarray:
        """The vector-Jacobian product: how a weighted sum of the logits changes with each pixel.

        Args:
            images: pictures (n, height, width, channels), or one without n.
            output_gradient: the weights of the logits, (n, classes), or (classes,) for one picture.

        Returns:
            Float32 of the shape of `images`. At a kink it chooses as TensorFlow does: the first of equal
            values under a pooling window. Values that differ only by rounding may go either way.

        Raises:
            ValueError: as for `logits`; also when the two do not match.
        """
        images, gradient = np.asarray(images), np.asarray(output_gradient, np.float32)
        single = images.ndim == len(self.input_shape)
        if single:
            images, gradient = images[np.newaxis], gradient[np.newaxis]
        images = self._checked(images)
        if gradient.shape != (len(images), self.classes) or not np.isfinite(gradient).all():
            raise ValueError(
                _(
                    "output_gradient must have {count} finite numbers for each picture, "
                    "got shape {shape} for pictures of shape {pictures}.",
                    count=self.classes,
                    shape=np.shape(output_gradient),
                    pictures=images.shape,
                )
            )
        size = self._chunk
        result = np.empty_like(images)
        for start in range(0, len(images), size):
            chunk = slice(start, start + size)
            result[chunk] = _pull_back(self._fast, images[chunk], gradient[chunk])
        return result[0] if single else result

    def weights(self) -> list[np.ndarray]:
        """The learned arrays, as Keras' `model.get_weights()` orders them (read-only)."""
        return [array for step in self._steps for array in _weights(step.layer)]

    def with_weights(self, weights: Sequence[np.ndarray]) -> NumpyModel:
        """The same network with other weights, such as those of another epoch.

        Args:
            weights: in the order of Keras' `model.get_weights()`, any float type.

        Raises:
            ValueError: when they differ in number or shape from the network's own.
        """
        own = self.weights()
        shapes, expected = [np.shape(w) for w in weights], [w.shape for w in own]
        if shapes != expected:
            raise ValueError(
                _("weights must have the shapes {expected}, got {shapes}.", expected=expected, shapes=shapes)
            )
        remaining = iter(weights)
        steps = tuple(Step(s.name, s.kind, _with_own_weights(s.layer, remaining)) for s in self._steps)
        return NumpyModel(self.name, self.input_shape, steps)

    def with_flat_weights(self, vector: np.ndarray) -> NumpyModel:
        """As `with_weights`, from all weight arrays flattened and joined in order, as snapshots keep them.

        Raises:
            ValueError: when the vector does not have `parameters` numbers.
        """
        vector, shapes = np.asarray(vector), [weight.shape for weight in self.weights()]
        if vector.shape != (self.parameters,):
            raise ValueError(
                _(
                    "The vector must have {count} numbers, got shape {shape}.",
                    count=f"{self.parameters:,}",
                    shape=vector.shape,
                )
            )
        ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
        pieces = np.split(vector, ends)
        return self.with_weights([p.reshape(shape) for p, shape in zip(pieces, shapes, strict=True)])

    @property
    def _chunk(self) -> int:
        largest = max(layer.activations for layer in self.layers)
        return max(1, _VALUES_AT_ONCE // largest)

    def _checked(self, images: np.ndarray) -> np.ndarray:
        images = np.asarray(images)
        if images.shape[1:] != self.input_shape or images.ndim != len(self.input_shape) + 1:
            expected = ", ".join(map(str, self.input_shape))
            raise ValueError(
                _(
                    "images must have the shape (n, {expected}), got {shape}.",
                    expected=expected,
                    shape=images.shape,
                )
            )
        if not np.issubdtype(images.dtype, np.floating):
            raise ValueError(
                _("images must be floating point in [0, 1], got {type}: divide by 255.", type=images.dtype)
            )
        if not np.isfinite(images).all():
            raise ValueError(_("images must be finite, got NaN or infinity in at least one pixel."))
        return np.ascontiguousarray(images, np.float32)

    def _in_chunks(self, layers: Sequence[Layer], images: np.ndarray) -> np.ndarray:
        size = self._chunk
        parts = [_forward(layers, images[i : i + size]) for i in range(0, max(1, len(images)), size)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class PenultimateMap:
    """Pictures to coordinates of their penultimate features; made by `NumpyModel.penultimate_map`."""

    model: NumpyModel
    _layers: tuple[Layer, ...]

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Pictures (n, height, width, channels) to float32 (n, k).

        Raises:
            ValueError: as for `NumpyModel.logits`.
        """
        return self.model._in_chunks(self._layers, self.model._checked(images))


def _forward(layers: Sequence[Layer], values: np.ndarray) -> np.ndarray:
    for layer in layers:
        values = layer.forward(values)
    return values


def _pull_back(layers: Sequence[Layer], images: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    outputs = [images]
    for layer in layers:
        outputs.append(layer.forward(outputs[-1]))
    for layer, values, output in zip(layers[::-1], outputs[-2::-1], outputs[:0:-1], strict=True):
        gradient = layer.pull_back(gradient, values, output)
    return gradient


def _weights(layer: Layer) -> list[np.ndarray]:
    if not isinstance(layer, Convolution | Dense):
        return []
    return [layer.kernel] if layer.bias is None else [layer.kernel, layer.bias]


def _with_own_weights(layer: Layer, weights: Iterator[np.ndarray]) -> Layer:
    if not isinstance(layer, Convolution | Dense):
        return layer
    kernel = readonly(next(weights))
    bias = None if layer.bias is None else readonly(next(weights))
    return replace(layer, kernel=kernel, bias=bias)
