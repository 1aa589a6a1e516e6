"""The networks of this process: built and traced once, used by one training after the other."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kd.networks.architectures import Architecture
from kd.networks.folding import Forward, folded_forward

LEARNING_RATE = 0.001
BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-7


class FusedAdam:
    """`keras.optimizers.Adam()` with its default settings, in one pass over these float32 variables.

    Keras computes its update in a dozen operations, each of which reads and writes arrays as large as the
    weights. TensorFlow has the same update as one operation: Kingma and Ba (2015), algorithm 1 in the order
    of its section 2, with ε added to the uncorrected √v, as in Keras.
    """

    def __init__(self, variables):
        self._variables = [variable.value for variable in variables]
        self._steps = tf.Variable(0.0)
        self._first = [tf.Variable(tf.zeros_like(variable)) for variable in self._variables]
        self._second = [tf.Variable(tf.zeros_like(variable)) for variable in self._variables]

    def reset(self) -> None:
        """Forgets all steps."""
        for variable in self._memory():
            variable.assign(tf.zeros_like(variable))

    def state(self) -> tuple[np.ndarray, ...]:
        """Returns the number of steps, then the first and the second moments of all variables."""
        return tuple(variable.numpy() for variable in self._memory())

    def restore(self, state: Sequence[np.ndarray]) -> None:
        """Goes back to what `state` returned."""
        for variable, value in zip(self._memory(), state, strict=True):
            variable.assign(value)

    def _memory(self) -> tuple[tf.Variable, ...]:
        return self._steps, *self._first, *self._second

    def apply(self, gradients) -> None:
        """Takes one step along these gradients, one for each variable."""
        steps = self._steps.assign_add(1.0)
        powers = tf.pow(BETA_1, steps), tf.pow(BETA_2, steps)
        for variable, first, second, gradient in zip(
            self._variables, self._first, self._second, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first.handle,
                v=second.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=LEARNING_RATE,
                beta1=BETA_1,
                beta2=BETA_2,
                epsilon=EPSILON,
                grad=gradient,
            )


# Pictures taken at once: a part of the test images is done so soon that a stop can wait for it, and no
# layer's output takes more than BYTES_AT_ONCE. With twice as much, a teacher that answers takes 20 MB more
# for a moment and is no sooner.
EVALUATION_BATCH = 250
BYTES_AT_ONCE = 4 << 20
# A study may change a student's size back and forth; a teacher takes 17 MB.
NETWORKS_KEPT = 3

PICTURES = tf.TensorSpec((None, 28, 28), tf.uint8)
IMAGES = tf.TensorSpec((None, 28, 28, 1), tf.float32)


class Network:
    """A model, its Adam, and the traced function that evaluates it."""

    def __init__(self, build: Callable[[], keras.Sequential]):
        self.model = build()
        self.optimizer = FusedAdam(self.model.trainable_variables)
        self._evaluate = Evaluation(self.model)

    def reset(self, weights: Sequence[np.ndarray]) -> None:
        """Starts again from these weights, with a fresh optimiser."""
        self.model.set_weights(list(weights))
        self.optimizer.reset()

    def state(self) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """Returns the weights and the optimiser's state, for `restore`."""
        return tuple(self.model.get_weights()), self.optimizer.state()

    def restore(self, weights: Sequence[np.ndarray], optimizer: Sequence[np.ndarray]) -> None:
        """Goes on from what `state` returned."""
        self.model.set_weights(list(weights))
        self.optimizer.restore(optimizer)

    def trace(self) -> None:
        """Traces the evaluation, unless this was done before."""
        self._evaluate.trace()

    def logits(self, pictures, before_each: Callable[[], None] = lambda: None) -> np.ndarray:
        """Returns the logits, float32 (n, 10), of pictures, uint8 (n, 28, 28), as in inference.

        before_each: called before each part of the pictures; may raise to leave.
        """
        return self._evaluate(pictures, before_each)


class Evaluation:
    """The traced answers of a model, in inference, to any number of pictures, which it takes in parts."""

    def __init__(self, model: keras.Sequential, attention: bool = False):
        self._model = model
        self._forward = folded_forward(model, training=False, attention=attention)
        self._fold = tf.function(self._forward.fold, input_signature=[], autograph=False)

    def __call__(self, pictures: np.ndarray, before_each: Callable[[], None] = lambda: None) -> Any:
        """Returns what `folded_forward` says of pictures, uint8 (n, 28, 28), as an array or a tuple of them.

        before_each: called before each part of the pictures; may raise to leave.
        """
        folded = self._fold()  # once for all parts: for the teacher, it takes as long as 100 pictures
        return in_parts(
            lambda part: self._answer(part, folded), pictures, before_each, pictures_at_once(self._model)
        )

    def trace(self) -> None:
        """Traces all of it, unless this was done before."""
        self._answer.get_concrete_function()

    @cached_property
    def _answer(self) -> tf.types.experimental.PolymorphicFunction:
        folded = self._fold.get_concrete_function().structured_outputs
        specs = tf.nest.map_structure(lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype), folded)
        return tf.function(
            lambda pictures, folded: self._forward.answer(to_images(pictures), folded),
            input_signature=[PICTURES, specs],
            autograph=False,
        )


def pictures_at_once(model: keras.Sequential) -> int:
    """Returns how many pictures a model evaluates at once, which changes nothing but the last digits."""
    return max(1, min(EVALUATION_BATCH, BYTES_AT_ONCE // _largest_output(model)))


def needs_parts(model: keras.Sequential, batch_size: int) -> bool:
    """Returns whether a layer's output for a whole batch would take more than twice BYTES_AT_ONCE.

    Parts cost a second forward pass, so a batch that is little more is taken whole.
    """
    return batch_size * _largest_output(model) > 2 * BYTES_AT_ONCE


def _largest_output(model: keras.Sequential) -> int:
    """Returns how many bytes one picture takes in the layer that puts out most."""
    return max(4 * math.prod(layer.output.shape[1:]) for layer in model.layers)


def in_parts(function, pictures, before_each: Callable[[], None], at_once: int):
    """Calls a function with so many pictures at once; returns an array, or a tuple of arrays."""
    found: list[np.ndarray] = []
    for start in range(0, len(pictures), at_once):
        before_each()
        part = function(pictures[start : start + at_once])
        parts = part if isinstance(part, tuple) else (part,)
        found = found or [np.empty((len(pictures), *each.shape[1:]), np.float32) for each in parts]
        for whole, each in zip(found, parts, strict=True):
            whole[start : start + at_once] = each
    return type(part)(*found) if isinstance(part, tuple) else found[0]


class InParts:
    """A forward pass and its gradients, computed for a part of the images at a time.

    Both are the same up to rounding. The gradients compute each part's outputs again, so those of one part at
    most are in memory (Chen et al. 2016, “Training Deep Nets with Sublinear Memory Cost”, section 3).
    `tf.custom_gradient` would do, but TensorFlow registers each for good, with the 10 MB of its graph.
    """

    def __init__(self, forward: Forward, model: keras.Sequential):
        self._forward, self._variables = forward, [each.value for each in model.trainable_variables]
        self._at_once = pictures_at_once(model)
        traced = tf.function(forward, autograph=False).get_concrete_function(IMAGES)
        self._structure = traced.structured_outputs

    def __call__(self, images: tf.Tensor) -> tuple[Any, Callable[[Any], list[tf.Tensor]]]:
        """Returns what the forward pass does, and a function from its gradients to the trainable weights'."""
        with tf.GradientTape() as folding:
            folded = self._forward.fold()

        def answer(part, number, found):
            new = tf.nest.flatten(self._forward.answer(images[part], folded))
            return [array.write(number, tensor) for array, tensor in zip(found, new, strict=True)]

        arrays = [
            tf.TensorArray(spec.dtype, 0, dynamic_size=True, element_shape=(None, *spec.shape[1:]))
            for spec in tf.nest.flatten(self._structure)
        ]
        found = [array.concat() for array in self._each_part(images, answer, arrays)]

        def gradients(upstream: Any) -> list[tf.Tensor]:
            given, sources = tf.nest.flatten(upstream), [*self._variables, *folded]

            def add(part, _number, sums):
                with tf.GradientTape() as tape:
                    tape.watch(folded)
                    again = tf.nest.flatten(self._forward.answer(images[part], folded))
                new = tape.gradient(again, sources, [each[part] for each in given], "zero")
                return [total + gradient for total, gradient in zip(sums, new, strict=True)]

            sums = self._each_part(images, add, [tf.zeros_like(source) for source in sources])
            direct, of_folded = sums[: len(self._variables)], sums[len(self._variables) :]
            if not of_folded:
                return direct
            through = folding.gradient(folded, self._variables, of_folded, "zero")
            return [one + other for one, other in zip(direct, through, strict=True)]

        return tf.nest.pack_sequence_as(self._structure, found), gradients

    def _each_part(self, images: tf.Tensor, take: Callable, values: list) -> list:
        def go_on(start, _values):
            return start < tf.shape(images)[0]

        def go(start, values):
            part = slice(start, start + self._at_once)
            return start + self._at_once, take(part, start // self._at_once, values)

        return tf.while_loop(go_on, go, (tf.constant(0), values), parallel_iterations=1)[1]


def to_images(pictures: tf.Tensor) -> tf.Tensor:
    """Converts uint8 (n, 28, 28) as `kd.pictures.mnist.to_model_input` does, to the last bit."""
    # A constant's quotient would be replaced by a product with its reciprocal, which is not the same number.
    white = tf.raw_ops.PlaceholderWithDefault(input=255.0, shape=())
    return tf.expand_dims(tf.cast(pictures, tf.float32) / white, -1)


@lru_cache(maxsize=NETWORKS_KEPT)
def network(architecture: Architecture) -> Network:
    """Returns this process' only Network of this architecture."""
    keras.backend.clear_session(free_memory=False)  # or what it keeps of each that was let go adds up
    return Network(lambda: architecture.build("model"))


@lru_cache(maxsize=NETWORKS_KEPT)
def initial_weights(architecture: Architecture, seed: int) -> tuple[np.ndarray, ...]:
    """Returns a model's first weights, by architecture and seed alone, so that students start alike."""
    return drawn_weights(network(architecture).model, seed)


def drawn_weights(model: keras.Sequential, seed: int) -> tuple[np.ndarray, ...]:
    """Draws weights for every layer that has any from this seed alone, whatever its initialisers are called.

    Each layer gets a seed of its own: Keras' default draws from a generator that other threads use, too.
    """
    layers = [layer for layer in model.layers if layer.weights]
    weights: list[np.ndarray] = []
    for layer, layer_seed in zip(
        layers, np.random.SeedSequence(seed).generate_state(len(layers)), strict=True
    ):
        again = type(layer).from_config(_seeded(layer.get_config(), itertools.count(int(layer_seed))))
        again.build_from_config(layer.get_build_config())
        weights += again.get_weights()
    return tuple(weights)


def _seeded(settings: Any, seeds: Iterator[int]) -> Any:
    """Returns a layer's settings in which everything that draws at random has a seed."""
    if isinstance(settings, Mapping):
        return {
            name: next(seeds) if name == "seed" else _seeded(value, seeds) for name, value in settings.items()
        }
    return [_seeded(value, seeds) for value in settings] if isinstance(settings, list) else settings
