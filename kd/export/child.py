"""Converters and runtimes run in short-lived processes: what they leak or break ends with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from kd.base.places import CODE
from kd.base.unusable import Unusable
from kd.export.format import Check
from kd.text.translation import _

SECONDS_BETWEEN_CHECKS = 0.1
CONVERT, ANSWER = "convert", "answer"

# One thread, so that a latency means the same everywhere; without the chatter of TensorFlow's start.
_ENVIRONMENT = {
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}


def run_step(step: str, format_name: str, source: Path, target: Path, check: Check) -> None:
    """Have `python -m kd.export.process` read `source` and write `target`.

    Args:
        step: CONVERT a .keras file to the format, or ANSWER the test pictures with a file of it.

    Raises:
        ValueError: when the process failed; the message has its last line.
    """
    task = {"step": step, "format": format_name, "source": str(source), "target": str(target)}
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "kd.export.process", json.dumps(task)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": _python_path()},
        )
        try:
            while child.poll() is None:
                check()
                try:
                    child.wait(SECONDS_BETWEEN_CHECKS)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            child.kill()
            child.wait()
        if child.returncode:
            said.seek(0)
            raise Unusable(_failure(step, format_name, said.read().decode(errors="replace")))


def _failure(step: str, format_name: str, said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    named = {"format": format_name, "reason": lines[-1].rstrip(".") if lines else _("it was killed")}
    if step == CONVERT:
        return _(
            "The model could not be converted to {format} ({reason}): choose another format or model.",
            **named,
        )
    return _(
        "The exported file does not run as {format} ({reason}): choose another format or model.", **named
    )


def _python_path() -> str:
    """Where this process finds its modules, and the folder of this package, wherever it was started."""
    return os.pathsep.join([str(CODE), *(path for path in sys.path if path)])
