"""What a trained model answers: a teacher's outputs for its students, and how long a picture takes."""

import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from kd.networks.architectures import IMAGE_SHAPE, Architecture
from kd.pictures.changes import shifted, variants
from kd.training.messages import Teaching, TrainingStopped
from kd.training.networks import Evaluation, in_parts, pictures_at_once, to_images

# Other draws have [seed, epoch] (an epoch's order) and [seed, 1_000_000] (noise).
_DOUBTS = 3_000_000
_DROPPED_AT_ONCE = 130  # pictures whose dropout is drawn together: another number would draw another


def teacher_outputs(
    keras_file: bytes,
    pictures: np.ndarray,
    attention: bool,
    should_stop: Callable[[], bool],
    shift: int = 0,
    dropout: tuple[float, int] | None = None,
) -> Teaching:
    """Returns what a teacher, given as a .keras file's content, says of pictures, uint8 (n, 28, 28).

    With a shift there is a row for each variant of the first picture (kd.pictures.changes), then of the
    second, and so on. dropout: (share, seed) to have it answer in training mode, with dropout before its last
    layer. Raises ValueError when attention is wanted of a model that is not convolutional, and
    TrainingStopped.
    """

    def check() -> None:
        if should_stop():
            raise TrainingStopped

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "teacher.keras"
        path.write_bytes(keras_file)
        model = keras.saving.load_model(path, compile=False)
    answer = Evaluation(model, attention) if dropout is None else _in_training(model, *dropout)
    if not shift:
        found = answer(pictures, check)
        return Teaching(*found) if attention else Teaching(found)
    each = [answer(shifted(pictures, *way), check) for way in variants(shift)]
    found = [np.stack(parts, axis=1) for parts in (zip(*each, strict=True) if attention else [each])]
    return Teaching(*(rows.reshape(-1, rows.shape[-1]) for rows in found))


def _in_training(model: keras.Sequential, share: float, seed: int) -> Callable[..., np.ndarray]:
    """Returns a function like an `Evaluation`, to logits, with dropout before the last layer."""
    features, last = keras.Sequential(model.layers[:-1]), model.layers[-1]
    dropout = keras.layers.Dropout(share, seed=seed)

    def answer(pictures: np.ndarray, before_each: Callable[[], None]) -> np.ndarray:
        def features_of(part: np.ndarray) -> tf.Tensor:
            return features(to_images(tf.constant(part)), training=True)

        def said(part: np.ndarray) -> tf.Tensor:
            found = in_parts(features_of, part, before_each, pictures_at_once(model))
            return last(dropout(found, training=True))

        return in_parts(said, pictures, before_each, _DROPPED_AT_ONCE)

    return answer


def permuted_doubts(logits: np.ndarray, seed: int, variants: int = 1) -> np.ndarray:
    """Returns a teacher's logits (n · variants, 10), all but the largest of each in random places.

    At any temperature, the largest probability stays and the others keep their values, but which classes they
    belong to says nothing any more (Furlanello et al. 2018, section 3.2, DKPP). Variants of a picture share
    their places.
    """
    count, classes = len(logits) // variants, logits.shape[1]
    places = np.tile(np.arange(classes - 1), (count, 1))
    places = np.random.default_rng([seed, _DOUBTS]).permuted(places, axis=1).repeat(variants, axis=0)
    largest = np.arange(classes) == logits.argmax(axis=1)[:, np.newaxis]
    others = np.argsort(largest, axis=1, kind="stable")[:, :-1]
    permuted = logits.copy()
    moved = np.take_along_axis(others, places, axis=1)
    np.put_along_axis(permuted, others, np.take_along_axis(logits, moved, axis=1), axis=1)
    return permuted


@cache
def milliseconds_a_picture(architectures: tuple[Architecture, ...], repeats: int = 50) -> tuple[float, ...]:
    """Returns the median time of one picture through each compiled network, without folding, in this process.

    They take turns, so that a busy machine is equally unfair to all. The time depends on the architecture
    alone.
    """
    picture = tf.zeros((1, *IMAGE_SHAPE))
    networks = [
        tf.function(architecture.build("model"), input_signature=[tf.TensorSpec(picture.shape)])
        for architecture in architectures
    ]
    times: list[list[float]] = [[] for _ in networks]
    for repeat in range(repeats + 1):
        for network, taken in zip(networks, times, strict=True):
            started = time.perf_counter()
            network(picture).numpy()
            if repeat:  # the first call traces
                taken.append(time.perf_counter() - started)
    return tuple(float(np.median(taken) * 1e3) for taken in times)
