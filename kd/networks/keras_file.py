"""Read a Keras 3 `.keras` file without Keras: plain JSON and plain arrays, no code and no pickle."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from kd.base.unusable import Unusable
from kd.text.translation import _

# What zipfile, json and h5py raise for a damaged file
_DAMAGED = (
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_keras_file(source: str | os.PathLike | bytes) -> tuple[dict[str, Any], list[list[np.ndarray]]]:
    """The configuration of a saved Sequential and the weights of its layers.

    Args:
        source: the file's path, or its bytes.

    Returns:
        The configuration (`config.json`'s "config": name, layers, …) and for each entry of its "layers"
        the list of that layer's arrays, float32, as Keras' `layer.get_weights()` orders them.

    Raises:
        ValueError: when the file is missing, truncated or damaged, or is not a Keras 3 Sequential.
    """
    name = _("The model") if isinstance(source, bytes) else _("The model file {path}", path=Path(source))
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            description = json.loads(archive.read("config.json"))
            weights = archive.read("model.weights.h5")
        if description["class_name"] != "Sequential":
            raise ValueError("only a keras.Sequential can be read")
        config = description["config"]
        return config, _layer_weights(weights, [layer["class_name"] for layer in config["layers"]])
    except FileNotFoundError:
        raise Unusable(
            _("{file} is missing: train the run again, or choose another one.", file=name)
        ) from None
    except _DAMAGED as error:
        raise Unusable(
            _("{file} is damaged or not a Keras 3 .keras file: save the model again.", file=name)
        ) from error


def _layer_weights(file: bytes, kinds: list[str]) -> list[list[np.ndarray]]:
    """Keras names a layer's group after its class, in snake case, and numbers repeated ones."""
    import h5py

    weights: list[list[np.ndarray]] = []
    seen: dict[str, int] = {}
    with h5py.File(io.BytesIO(file), "r") as store:
        for kind in kinds:
            group = _snake_case(kind)
            count = seen.get(group, 0)
            seen[group] = count + 1
            path = f"layers/{group}_{count}/vars" if count else f"layers/{group}/vars"
            variables = store.get(path, {})
            weights.append([variables[str(i)][()].astype(np.float32) for i in range(len(variables))])
    return weights


def _snake_case(name: str) -> str:
    """MaxPooling2D → max_pooling2d, as keras.src.utils.naming.to_snake_case."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
