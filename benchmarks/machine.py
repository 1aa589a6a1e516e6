"""The machine that measures, its software, and the memory of a tree of processes."""

from __future__ import annotations

import platform
import threading
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from kd.engine.processes import available_cores

PACKAGES = ("tensorflow", "keras", "numpy", "distributed", "streamlit")
SECONDS_BETWEEN_LOOKS = 1.0


def machine() -> dict[str, Any]:
    """The machine and its software, ready for JSON; `load` is the load average before measuring."""
    model, flags = _processor()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": model,
        "cores": available_cores(),
        "matrix_units": sorted(flags & {"amx_bf16", "avx512_bf16", "avx512f", "avx2"}),
        "memory_gigabytes": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
        "load": round(psutil.getloadavg()[0], 2),
    }


def described(facts: dict[str, Any]) -> str:
    """The machine in three lines."""
    software = ", ".join(f"{name} {facts[name]}" for name in ("python", *PACKAGES))
    return (
        f"{facts['processor']}, {facts['cores']} cores ({', '.join(facts['matrix_units']) or 'no AVX'}), "
        f"{facts['memory_gigabytes']} GB, {facts['system']}\n"
        f"{software}\n{facts['date']}, load average {facts['load']} as measuring began"
    )


class PeakMemory:
    """The most memory, in bytes, that a process and its descendants held while this context was open.

    Shared pages count once (PSS) if the system tells; otherwise this is the sum of resident sizes.
    """

    def __init__(self, pid: int):
        self.peak = 0
        self._root = psutil.Process(pid)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            self.peak = max(self.peak, tree_memory(self._root))
            if self._done.wait(SECONDS_BETWEEN_LOOKS):
                return


def tree_memory(root: psutil.Process) -> int:
    """Bytes that a process and its descendants hold now."""
    try:
        return sum(map(memory, [root, *root.children(recursive=True)]))
    except psutil.NoSuchProcess:
        return 0


def memory(process: psutil.Process) -> int:
    """Bytes that one process holds now, including its share of shared pages; 0 if it has ended."""
    try:
        full = process.memory_full_info()
        return getattr(full, "pss", full.rss)
    except psutil.Error:
        return 0


def _processor() -> tuple[str, set[str]]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine(), set()
    facts = dict(reversed([line.split(":", 1) for line in lines if ":" in line]))
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    return facts.get("model name", platform.machine()), set(facts.get("flags", "").split())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
