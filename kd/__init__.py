"""KD Lab: knowledge distillation that one can touch.

    from kd import Distiller, build_teacher, build_student

Names are imported on first use, so that what needs no TensorFlow does not load it.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing itself takes longer to load than all else here
if TYPE_CHECKING:
    from typing import Any

_HOMES = {
    "Distiller": "kd.distillation.distiller",
    "Lab": "kd.lab",
    "PRESETS": "kd.config",
    "RunConfig": "kd.config",
    "Study": "kd.studies.study",
    "__version__": "kd._version",
    "build_student": "kd.networks.architectures",
    "build_teacher": "kd.networks.architectures",
    "load_mnist": "kd.pictures.mnist",
    "to_mnist": "kd.pictures.drawing",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
