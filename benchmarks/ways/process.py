"""A way's process, as the driver sees it: ask, wait, and measure the memory it uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.machine import PeakMemory
from benchmarks.ways.common import Sizes, Timed

PROJECT = Path(__file__).resolve().parent.parent.parent


class WayProcess:
    """`python -m benchmarks.ways MODULE`, kept alive between requests so that imports are not timed.

    Args:
        module: a module of benchmarks.ways.
        interpreter: the Python that runs it; None for this one.
        environment: variables in addition to this process's own.
    """

    def __init__(
        self,
        module: str,
        sizes: Sizes,
        interpreter: str | None = None,
        environment: dict[str, str] | None = None,
    ):
        self.peak_memory = 0
        self._complaints = Path(sizes.folder) / f"{module}-{id(self)}.txt"
        with self._complaints.open("w") as complaints:
            self._process = subprocess.Popen(
                [interpreter or sys.executable, "-m", "benchmarks.ways", module, json.dumps(asdict(sizes))],
                cwd=PROJECT,
                env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )

    def ready(self) -> None:
        """Wait until it has finished its imports.

        Raises:
            RuntimeError: when it has ended; quotes what it wrote.
        """
        self._answer()

    def ask(self, part: str, seed: int) -> dict[str, Timed]:
        """Run one part of the recipe there: {model: Timed}.

        Raises:
            RuntimeError: when it has ended; quotes what it wrote.
        """
        with PeakMemory(self._process.pid) as memory:
            print(json.dumps({"part": part, "seed": seed}), file=self._process.stdin, flush=True)
            found = self._answer()
        self.peak_memory = max(self.peak_memory, memory.peak)
        return {name: Timed(*values) for name, values in found.items()}

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _answer(self) -> dict:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            complaints = self._complaints.read_text(errors="replace")[-3000:]
            raise RuntimeError(f"A benchmark's process ended:\n{complaints}")
        return json.loads(line)
