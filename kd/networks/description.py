"""What a network is made of, layer by layer, and how its first filters develop."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kd.networks.numpy_model import NumpyModel


def architecture_table(models: Mapping[str, NumpyModel]) -> pd.DataFrame:
    """The layers of several networks, in order.

    Args:
        models: name → model.

    Returns:
        One row for each layer: model, position (from 1), kind (Keras' class), output ("14 × 14 × 16"),
        parameters, multiply_adds and activations (both for one picture, with no layers folded).
    """
    return pd.DataFrame(
        [
            {
                "model": name,
                "position": position,
                "kind": layer.kind,
                "output": " × ".join(map(str, layer.output_shape)),
                "parameters": layer.parameters,
                "multiply_adds": layer.multiply_adds,
                "activations": layer.activations,
            }
            for name, model in models.items()
            for position, layer in enumerate(model.layers, start=1)
        ]
    )


def first_layer(model: NumpyModel) -> str:
    """What the first layer with weights is made of.

    Returns:
        "filters" of a convolution, "units" of a hidden layer, or "digits" if it gives the logits.
    """
    kinds = [layer.kind for layer in model.layers if layer.parameters]
    if kinds[0] == "Conv2D":
        return "filters"
    return "units" if len(kinds) > 1 else "digits"


def filters_over_time(model: NumpyModel, weights: np.ndarray, most: int | None = None) -> np.ndarray:
    """The first layer's filters at each point of a training run, as `NumpyModel.first_layer_filters`.

    Args:
        model: the network, at any point in time.
        weights: float (k, parameters), flattened and joined as `NumpyModel.with_flat_weights` takes them.
        most: how many filters, the first ones; None: all.

    Returns:
        float32 (k, height, width, channels, filters).

    Raises:
        ValueError: when a row does not have a number for each parameter, or there are no filters.
    """
    return np.stack([model.with_flat_weights(row).first_layer_filters[..., :most] for row in weights])
