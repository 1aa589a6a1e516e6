"""What a measurement depends on: the processor."""

import platform
from functools import cache
from pathlib import Path


@cache
def processor() -> str:
    """Returns the processor's name, as the system tells it."""
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    return name
