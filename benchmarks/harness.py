"""What the benchmarks share: turns, medians, ratios, the machine that measures, and how results are told."""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psutil

PATIENCE = 1800
PACKAGES = ("tensorflow", "keras", "numpy", "distributed", "streamlit")
Found = TypeVar("Found")


def command(module: str, about: str | None) -> argparse.ArgumentParser:
    """Returns a benchmark's command line, with --json and --small."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{module}", description=(about or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to see that it works")
    return parser


def in_turns(ways: Mapping[str, Callable[[], Found]], rounds: int) -> dict[str, list[Found]]:
    """Calls all ways in each round, so that a busy moment hits each of them; returns what they returned."""
    found: dict[str, list[Found]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            say(f"{number + 1}/{rounds} {name}")
            found[name].append(way())
    return found


def until(condition: Callable[[], object]) -> None:
    """Waits until the condition holds; raises TimeoutError when it does not within PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("It did not happen.")
        time.sleep(0.05)


def median(values: Sequence[float]) -> float:
    """Returns the median, as JSON can hold it."""
    return float(np.median(values))


def span(seconds: Sequence[float], digits: int = 2) -> str:
    """Returns the median of seconds, with the smallest and the largest."""
    return f"{median(seconds):.{digits}f} s ({min(seconds):.{digits}f}–{max(seconds):.{digits}f})"


def table(title: str, rows: Mapping[str, Sequence[float]], digits: int = 2) -> list[str]:
    """Returns a line for each row of seconds, with the ratio of its median to the first row's."""
    first = median(next(iter(rows.values())))
    lines = (
        f"  {name}: {span(each, digits)}, ratio {median(each) / first:.2f}" for name, each in rows.items()
    )
    return [title, *lines]


def compared(what: str, ours: Sequence[float], theirs: Sequence[float], digits: int = 2) -> str:
    """Returns a sentence with two medians and their ratio."""
    one, other = median(ours), median(theirs)
    return f"{what}: {one:.{digits}f} s / {other:.{digits}f} s = {one / other:.3f}"


def report(options: argparse.Namespace, found: dict[str, Any], lines: Iterable[str]) -> int:
    """Prints what was found, as JSON or as the machine and these lines; returns the exit code 0."""
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        print(*_described(found["machine"]), *lines, sep="\n")
    return 0


def say(words: str) -> None:
    """Tells how far a benchmark has got."""
    print(words, file=sys.stderr, flush=True)


def machine() -> dict[str, Any]:
    """Returns the machine and its software; `load` is the load average before measuring."""
    cpuinfo = Path("/proc/cpuinfo")
    told = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    named = re.search(r"^model name\s*: (.*)$", told, flags=re.MULTILINE)
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": named[1] if named else platform.processor() or platform.machine(),
        "cores": psutil.cpu_count(),
        "matrix_units": sorted({*told.split()} & {"amx_bf16", "avx512_bf16", "avx512f", "avx2"}),
        "memory_gigabytes": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        "load": round(psutil.getloadavg()[0], 2),
    }


def _described(facts: dict[str, Any]) -> Iterable[str]:
    """Yields the machine in three lines."""
    yield (
        f"{facts['processor']}, {facts['cores']} cores ({', '.join(facts['matrix_units']) or 'no AVX'}), "
        f"{facts['memory_gigabytes']} GB, {facts['system']}"
    )
    yield ", ".join(f"{name} {facts[name]}" for name in ("python", *PACKAGES))
    yield f"{facts['date']}, load average {facts['load']} as measuring began"
