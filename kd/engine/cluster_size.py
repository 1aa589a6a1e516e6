"""How many processes the machine can handle."""

from __future__ import annotations

import os
import re

from kd.text.translation import _
from kd.text.words import quoted
from kd.unusable import Unusable


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def student_workers() -> int:
    """How many students train side by side: KD_WORKERS, or one per core."""
    chosen = os.environ.get("KD_WORKERS", "")
    if not chosen:
        return available_cores()
    if not re.fullmatch("[0-9]{1,3}", chosen) or not 1 <= int(chosen) <= 256:
        raise Unusable(
            _("KD_WORKERS must be a whole number between 1 and 256, got {value}.", value=quoted(chosen))
        )
    return int(chosen)
