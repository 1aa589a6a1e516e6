"""The networks of this process: built and traced once, used by one training after the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kd.networks.architectures import Architecture
from kd.networks.folding import folded_forward
from kd.training.adam import FusedAdam

# Pictures evaluated at once: the teacher's first activations take 200 kB for each, and a part of the test
# images is done so soon that a stop can wait for it.
EVALUATION_BATCH = 500
# A study may change a student's size back and forth; a teacher takes 17 MB.
NETWORKS_KEPT = 4

PICTURES = tf.TensorSpec((None, 28, 28), tf.uint8)


class Network:
    """A model, its Adam, and the traced function that evaluates it.

    Args:
        build: makes the model; called once.
    """

    def __init__(self, build: Callable[[], keras.Sequential]):
        self.model = build()
        self.optimizer = FusedAdam(self.model.trainable_variables)
        self._evaluate = evaluation(self.model)

    def reset(self, weights: Sequence[np.ndarray]) -> None:
        """Start again from these weights, with a fresh optimiser."""
        self.model.set_weights(list(weights))
        self.optimizer.reset()

    def state(self) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """The weights and the optimiser's state, for `restore`."""
        return tuple(self.model.get_weights()), self.optimizer.state()

    def restore(self, weights: Sequence[np.ndarray], optimizer: Sequence[np.ndarray]) -> None:
        """Go on from what `state` returned."""
        self.model.set_weights(list(weights))
        self.optimizer.restore(optimizer)

    def trace(self) -> None:
        """Trace the evaluation, unless this was done before."""
        self._evaluate.get_concrete_function()

    def logits(self, pictures, before_each: Callable[[], None] = lambda: None) -> np.ndarray:
        """Logits float32 (n, 10) of pictures, uint8 (n, 28, 28), as in inference, without dropout.

        Args:
            before_each: called before each part of EVALUATION_BATCH pictures; may raise to leave.
        """
        return in_parts(self._evaluate, pictures, before_each)


def evaluation(model: keras.Sequential, attention: bool = False) -> tf.types.experimental.PolymorphicFunction:
    """A traced function from pictures, uint8 (n, 28, 28), to what `folded_forward` gives in inference."""
    forward = folded_forward(model, training=False, attention=attention)
    return tf.function(lambda pictures: forward(to_images(pictures)), input_signature=[PICTURES])


def in_parts(function, pictures, before_each: Callable[[], None]):
    """What a traced function says of many pictures, EVALUATION_BATCH at once: an array, or a tuple."""
    parts = []
    for start in range(0, len(pictures), EVALUATION_BATCH):
        before_each()
        parts.append(function(pictures[start : start + EVALUATION_BATCH]))
    if isinstance(parts[0], tuple):
        return type(parts[0])(*(np.concatenate(some) for some in zip(*parts, strict=True)))
    return np.concatenate(parts)


def to_images(pictures: tf.Tensor) -> tf.Tensor:
    """uint8 (n, 28, 28) as `kd.pictures.mnist.to_model_input` makes it, to the last bit.

    A quarter of the memory of floats, and as fast: a batch is converted when it is needed.
    """
    # A constant's quotient would be replaced by a product with its reciprocal, which is not the same number.
    white = tf.raw_ops.PlaceholderWithDefault(input=255.0, shape=())
    return tf.expand_dims(tf.cast(pictures, tf.float32) / white, -1)


@lru_cache(maxsize=NETWORKS_KEPT)
def network(architecture: Architecture) -> Network:
    """This process' only Network of this architecture."""
    return Network(lambda: architecture.build("model"))


@lru_cache(maxsize=2)
def _uninitialized(architecture: Architecture) -> keras.Sequential:
    """Built once: building takes longer than the first hundred steps of a student."""
    return architecture.build("model")


@lru_cache(maxsize=NETWORKS_KEPT)
def initial_weights(architecture: Architecture, seed: int) -> tuple[np.ndarray, ...]:
    """The weights that a model starts from, by architecture and seed alone, so students start alike."""
    return drawn_weights(_uninitialized(architecture), seed)


def drawn_weights(model: keras.Sequential, seed: int) -> tuple[np.ndarray, ...]:
    """New weights for every layer that has any, whatever its initialisers are called, from this seed alone.

    Each layer gets a seed of its own: Keras' default draws from Python's global generator, from which other
    threads of a worker draw too.
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
    """A layer's settings in which everything that draws at random has a seed."""
    if isinstance(settings, Mapping):
        return {
            name: next(seeds) if name == "seed" else _seeded(value, seeds) for name, value in settings.items()
        }
    return [_seeded(value, seeds) for value in settings] if isinstance(settings, list) else settings
