"""One step of an export, in a process of its own: `python -m kd.export.process TASK` (kd/export/child.py)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kd.export import format_named
from kd.export.child import CONVERT
from kd.export.model_format import ModelFormat
from kd.pictures.mnist import load_mnist, to_model_input

WARM_UPS, REPEATS = 20, 200


def main(task: dict[str, str]) -> None:
    """Do what `kd.export.child.run_step` asks for."""
    chosen = format_named(task["format"])
    assert isinstance(chosen, ModelFormat)
    source, target = Path(task["source"]), Path(task["target"])
    if task["step"] == CONVERT:
        chosen.convert(source, target)
        return
    answer = chosen.opened(source)
    pictures = load_mnist().x_test
    logits = [
        answer(to_model_input(pictures[first : first + chosen.pictures_at_once]))
        for first in range(0, len(pictures), chosen.pictures_at_once)
    ]
    with target.open("wb") as file:
        np.savez(file, logits=np.concatenate(logits), milliseconds=_milliseconds(answer, pictures[:1]))


def _milliseconds(answer: Callable[[np.ndarray], np.ndarray], picture: np.ndarray) -> float:
    """The median time from one prepared picture to its logits."""
    prepared, taken = to_model_input(picture), []
    for _repeat in range(WARM_UPS + REPEATS):
        started = time.perf_counter()
        answer(prepared)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken[WARM_UPS:]) * 1e3)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
