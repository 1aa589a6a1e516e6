"""Switches: environment variables that are 0 or 1."""

import os

from kd.base.fields import to_bool
from kd.base.unusable import Unusable
from kd.text.words import quoted


def switched(name: str, usual: bool) -> bool:
    """Returns whether a variable is on; `usual` where it is not set. Raises ValueError when it is neither."""
    chosen = os.environ.get(name, "")
    found = to_bool(chosen) if chosen else usual
    if found is None:
        raise Unusable("{name} must be 0 or 1, got {value}.", name=name, value=quoted(chosen))
    return found
