"""Converters and runtimes run in short-lived processes: what they leak or break ends with them.

`run_step` starts `python -m kd.export.child TASK`, which does one step of an export.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kd.base.data_sets import path_of, use_folder
from kd.base.places import CODE
from kd.base.unusable import Unusable
from kd.export import format_named
from kd.export.format import Check
from kd.pictures.data_sets import data_set
from kd.pictures.mnist import to_model_input
from kd.text.translation import _

SECONDS_BETWEEN_CHECKS = 0.1
CONVERT, ANSWER = "convert", "answer"
WARM_UPS, REPEATS = 20, 200
# Training pictures from which a converter learns how large each layer's activations become.
REPRESENTATIVE = 500

# One thread, so that a latency means the same everywhere; without the chatter of TensorFlow's start.
_ENVIRONMENT = {
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}


def run_step(step: str, format_name: str, data: str, source: Path, target: Path, check: Check) -> None:
    """Reads `source` and writes `target` in a process of its own; raises ValueError with its last line.

    step: CONVERT a .keras file to the format, or ANSWER all test pictures of its
    data set, `data`, with a file of the format.
    """
    folder = path_of(data)
    task = {"step": step, "format": format_name, "source": str(source), "target": str(target)}
    task |= {"data": data, "folder": str(folder.parent) if folder else ""}
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "kd.export.child", json.dumps(task)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            # the modules of this process, and this package, from whatever folder it was started
            env={
                **os.environ,
                **_ENVIRONMENT,
                "PYTHONPATH": os.pathsep.join([str(CODE), *filter(None, sys.path)]),
            },
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


def main(task: dict[str, str]) -> None:
    """Does what `run_step` asks for."""
    chosen: Any = format_named(task["format"])
    source, target = Path(task["source"]), Path(task["target"])
    use_folder(Path(task["folder"]))
    data = data_set(task["data"])
    if task["step"] == CONVERT:
        chosen.convert(source, target, data.x_train[:REPRESENTATIVE])
        return
    answer = chosen.opened(source)
    pictures = data.x_test
    logits = [
        answer(to_model_input(pictures[first : first + chosen.pictures_at_once]))
        for first in range(0, len(pictures), chosen.pictures_at_once)
    ]
    with target.open("wb") as file:
        np.savez(file, logits=np.concatenate(logits), milliseconds=_milliseconds(answer, pictures[:1]))


def _milliseconds(answer: Callable[[np.ndarray], np.ndarray], picture: np.ndarray) -> float:
    """Returns the median time from one prepared picture to its logits."""
    prepared, taken = to_model_input(picture), []
    for _repeat in range(WARM_UPS + REPEATS):
        started = time.perf_counter()
        answer(prepared)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken[WARM_UPS:]) * 1e3)


if __name__ == "__main__":
    gc.disable()  # it ends before it has much to give back, and loads libraries, of which nothing is garbage
    main(json.loads(sys.argv[1]))
