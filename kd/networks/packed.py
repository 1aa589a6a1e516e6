"""A network as one file of numbers, for a program that computes its logits elsewhere: the browser's engine.

The length of a description in four bytes; the description, JSON in UTF-8; all weights in the layers' order,
float32. Numbers are little-endian, and the weights begin at a multiple of four. The description lists the
layers: kind (as in Keras), weights (how many numbers each array has), the shape of the output, and what else
a kind needs. Flatten is left out: values are a row of numbers anyway, in C order.
"""

import json
from typing import Any

import numpy as np

from kd.networks.numpy_layers import Conv2D, Dense, Flatten, Layer, LeakyReLU, MaxPooling2D, NoTwin, Shape
from kd.networks.numpy_model import NumpyModel
from kd.text.translation import _


def packed(model: NumpyModel) -> bytes:
    """Returns the file of a network, its linear tail folded; raises NoTwin for a layer it cannot hold."""
    layers: list[dict[str, Any]] = []
    arrays: list[np.ndarray] = []
    shape = model.input_shape
    for layer in model.folded:
        if not isinstance(layer, Flatten):
            layers.append(_described(layer, shape))
            arrays += layer.weights
        shape = layer.output_shape(shape)
    description = json.dumps({"layers": layers}).encode()
    description += b" " * (-len(description) % 4)
    numbers = [array.astype("<f4", copy=False).tobytes() for array in arrays]
    return b"".join([np.uint32(len(description)).astype("<u4").tobytes(), description, *numbers])


def _described(layer: Layer, shape: Shape) -> dict[str, Any]:
    weights = [array.size for array in layer.weights]
    kind, output = type(layer).__name__, layer.output_shape(shape)
    told: dict[str, Any] = {"kind": kind, "weights": weights, "output": output}
    if isinstance(layer, Conv2D | MaxPooling2D):
        margins = [before for before, _after in layer.margins(shape)]
        told |= {"input": shape, "size": layer.size, "strides": layer.strides, "margins": margins}
    elif isinstance(layer, LeakyReLU):
        told["slope"] = layer.negative_slope
    elif not isinstance(layer, Dense):
        raise NoTwin(_("A browser does not compute the layer {kind} of this network.", kind=kind))
    return told
