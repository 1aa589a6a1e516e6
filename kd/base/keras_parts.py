"""Parts of Keras, which is imported when something of them is first used: pages do without it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Part:
    def __init__(self, module: str):
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._module), name)


layers: Any = _Part("keras.layers")
losses: Any = _Part("keras.losses")
ops: Any = _Part("keras.ops")
