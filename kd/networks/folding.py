"""The same logits, sooner: fold the last convolution and the dense layer into one matrix.

The notebook's networks end in Conv2D → Flatten → Dense with no activation in between: two linear maps in a
row are one. So instead of every image of a batch, the ten rows of the dense layer's kernel are convolved
(transposed) once a step. Function and gradients are those of the unfolded layers, up to rounding, as the
order of summation differs. Three products remain, which make up most of a teacher's step. Where a processor
multiplies faster in bfloat16, they may be computed in it, with weights, sums and all else in float32 (sums
only if oneDNN computes them).

An objective that compares attention needs the last convolution of every picture: there, nothing is folded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from kd.base.keras_parts import Outputs
from kd.text.words import quoted


@dataclass(frozen=True)
class Forward:
    """A differentiable forward pass in two halves: what depends on the weights alone, and the rest.

    fold: () → folded weights. answer: (images, folded weights) → what `folded_forward` returns.
    """

    fold: Callable[[], Any]
    answer: Callable[[tf.Tensor, Any], Any]

    def __call__(self, images: tf.Tensor) -> Any:
        return self.answer(images, self.fold())


def folded_forward(
    model: keras.Sequential, precision: str = "float32", training: bool = True, attention: bool = False
) -> Forward:
    """Returns a differentiable function from images to the model's logits; its linear tail is one matrix.

    Other models are called as they are. precision: "float32", or "mixed_bfloat16" for the folded convolution
    and its gradients. training: whether layers such as Dropout act as in training. attention: whether it
    returns `Outputs` with attention maps; then nothing is folded, and a ValueError is raised for a model with
    fewer than two convolutions. It reads the model's variables at every call, so it may be traced once.
    """
    if attention:
        return _unfolded(_with_attention(model, training))
    if not _has_linear_tail(model):
        return _unfolded(lambda images: model(images, training=training))
    *head, convolution, _, dense = model.layers
    height, width, channels = convolution.input.shape[1:]
    _, rows, columns, filters = convolution.output.shape
    classes = dense.units
    transposed = tf.nn.conv2d_transpose if precision == "float32" else _fold_in_bfloat16

    def fold() -> tuple[tf.Tensor, tf.Tensor]:
        kernel = tf.reshape(dense.kernel, (rows, columns, filters, classes))
        folded_kernel = transposed(
            tf.transpose(kernel, (3, 0, 1, 2)),
            tf.convert_to_tensor(convolution.kernel),
            (classes, height, width, channels),
            convolution.strides,
            convolution.padding.upper(),
        )
        folded_bias = dense.bias + tf.linalg.matvec(
            tf.reduce_sum(kernel, (0, 1)), convolution.bias, transpose_a=True
        )
        return folded_kernel, folded_bias

    def answer(images: tf.Tensor, folded: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        hidden = images
        for layer in head:
            hidden = layer(hidden, training=training)
        kernel, bias = folded
        flat = (-1, height * width * channels)
        return tf.matmul(tf.reshape(hidden, flat), tf.reshape(kernel, flat), transpose_b=True) + bias

    return Forward(fold, answer)


def _unfolded(forward: Callable[[tf.Tensor], Any]) -> Forward:
    return Forward(lambda: (), lambda images, _: forward(images))


def attention_map(values: tf.Tensor) -> tf.Tensor:
    """Returns a layer's attention map: the mean square over its channels, one unit vector per picture.

    Zagoruyko & Komodakis 2017, section 3.1, with p = 2, as in the authors' code
    (szagoruyko/attention-transfer). From (n, height, width, channels) to (n, height · width); a picture
    without any activity has zeros.
    """
    height, width = values.shape[1:3]
    activity = tf.reshape(tf.reduce_mean(tf.square(values), axis=3), (-1, height * width))
    # PyTorch divides by a norm of at least 1e-12; this epsilon is that of its square.
    return tf.math.l2_normalize(activity, axis=1, epsilon=1e-24)


def _with_attention(model: keras.Sequential, training: bool) -> Callable[[tf.Tensor], Outputs]:
    """Returns logits, and the attention after the first two convolutions, joined: 14 · 14 + 7 · 7 numbers.

    A map is taken after the activation that follows the convolution, if one does, and before any pooling.
    """
    places = [place for place, layer in enumerate(model.layers) if isinstance(layer, keras.layers.Conv2D)]
    if len(places) < 2:
        raise ValueError(
            f"The model {quoted(model.name)} has fewer than two convolutions, "
            "so its attention cannot be compared."
        )
    followers = (*model.layers[1:], None)
    looked_at = {place + isinstance(followers[place], _ACTIVATIONS) for place in places[:2]}

    def forward(images: tf.Tensor) -> Outputs:
        maps, hidden = [], images
        for place, layer in enumerate(model.layers):
            hidden = layer(hidden, training=training)
            if place in looked_at:
                maps.append(attention_map(hidden))
        return Outputs(hidden, tf.concat(maps, axis=1))

    return forward


_ACTIVATIONS = (keras.layers.LeakyReLU, keras.layers.ReLU, keras.layers.Activation)


def _fold_in_bfloat16(dense_kernel, kernel, shape, strides, padding):
    """Returns the transposed convolution, its three products in bfloat16; input and output are float32."""

    @tf.custom_gradient
    def fold(dense_kernel, kernel):
        small_dense, small_kernel = (tf.cast(tensor, tf.bfloat16) for tensor in (dense_kernel, kernel))
        folded = tf.nn.conv2d_transpose(small_dense, small_kernel, shape, strides, padding)

        def gradients(upstream):
            upstream = tf.cast(upstream, tf.bfloat16)
            of_dense = tf.nn.conv2d(upstream, small_kernel, strides, padding)
            # A product of matrices, as the convolution's own filter gradient takes three times as long.
            rows, columns = kernel.shape[:2]
            patches = tf.image.extract_patches(
                upstream, (1, rows, columns, 1), (1, *strides, 1), (1, 1, 1, 1), padding
            )
            of_kernel = tf.matmul(
                tf.reshape(patches, (-1, patches.shape[-1])),
                tf.reshape(small_dense, (-1, small_dense.shape[-1])),
                transpose_a=True,
            )
            return tf.cast(of_dense, tf.float32), tf.cast(tf.reshape(of_kernel, kernel.shape), tf.float32)

        return tf.cast(folded, tf.float32), gradients

    return fold(dense_kernel, kernel)


def _has_linear_tail(model: keras.Sequential) -> bool:
    if len(model.layers) < 3:
        return False
    convolution, flatten, dense = model.layers[-3:]
    return (
        isinstance(convolution, keras.layers.Conv2D)
        and isinstance(flatten, keras.layers.Flatten)
        and isinstance(dense, keras.layers.Dense)
        and convolution.activation is keras.activations.linear
        and dense.activation is keras.activations.linear
        and convolution.dilation_rate == (1, 1)
        and convolution.groups == 1
        and convolution.use_bias
        and dense.use_bias
    )
