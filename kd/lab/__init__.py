"""The lab: what pages, command line and library talk to."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kd.lab.lab import Lab as Lab
    from kd.lab.lab import RunView as RunView

__all__ = ["Lab", "RunView"]


def __getattr__(name: str) -> Any:
    """Imports a name on first use, as a list of runs does without most of the lab."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kd.lab import lab

    return getattr(lab, name)
