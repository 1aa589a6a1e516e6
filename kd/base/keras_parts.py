"""Parts of Keras, which are imported when first used, as pages do without them; and what networks say."""

from importlib import import_module
from typing import Any, NamedTuple


class _Part:
    def __init__(self, module: str):
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._module), name)


layers: Any = _Part("keras.layers")
losses: Any = _Part("keras.losses")
ops: Any = _Part("keras.ops")


class Outputs(NamedTuple):
    """The outputs of a network for some pictures.

    logits: float (n, 10). attention: float (n, 245), the maps after both convolutions (14 × 14 and 7 × 7,
    each flattened and of length 1, joined); only for objectives with `compares_attention`.
    """

    logits: Any
    attention: Any = None
