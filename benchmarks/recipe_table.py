"""The recipe's measurements as tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats

from benchmarks.machine import described

NAMES = {
    "a": "(a) notebook",
    "b": "(b) Keras Distiller",
    "c": "(c) PyTorch",
    "d": "(d) KD Lab",
    "d_bfloat16": "(d) KD Lab, bfloat16",
}


def show(found: dict[str, Any], console: Console) -> None:
    """Print everything that was measured."""
    console.print(described(found["machine"]))
    console.print(f"{found['sizes']}, rounds {found['rounds']}")
    results = found["results"]
    console.print(_models("Students, medians", results["students"]))
    console.print(_models("Teacher and cold runs, medians", results["teacher"]))
    for line in ratios(results):
        console.print(line)
    memory = ", ".join(f"{NAMES[way]} {size / 1e9:.2f} GB" for way, size in found["memory"].items())
    console.print(f"Peak memory of the processes: {memory}")


def ratios(results: dict[str, Any]) -> list[str]:
    """The ratios that the goals are about, one sentence each, for the ways that were measured."""
    students, teachers = results["students"], results["teacher"]
    lines = []
    if "a" in students and "d" in students:
        both = median_seconds(students["a"]["distilled"]) + median_seconds(students["a"]["scratch"])
        warm = median_seconds(students["d"]["run"])
        lines.append(f"Warm run / (a)'s two students: {warm:.2f} s / {both:.2f} s = {warm / both:.3f}")
        for way in ("d", "d_bfloat16"):
            if "a" in teachers and way in teachers:
                whole = median_seconds(teachers["a"]["teacher"]) + both
                cold = median_seconds(teachers[way]["run"])
                lines.append(
                    f"Cold run {NAMES[way]} / (a)'s whole recipe: {cold:.1f} s / {whole:.1f} s"
                    f" = {cold / whole:.3f}"
                )
    if "d" in students:
        epochs = {name: median_epoch(students["d"][name]) for name in ("distilled", "scratch")}
        lines.append(
            f"A distilled epoch / a scratch epoch in (d): {epochs['distilled']:.3f} s / "
            f"{epochs['scratch']:.3f} s = {epochs['distilled'] / epochs['scratch']:.3f}"
        )
        for name in ("distilled", "scratch"):
            if "c" in students:
                other = median_epoch(students["c"][name])
                lines.append(
                    f"A {name} epoch, (d) / (c): {epochs[name]:.3f} s / {other:.3f} s"
                    f" = {epochs[name] / other:.3f}"
                )
    for way, model in (("d", "teacher"), ("d_bfloat16", "teacher in bfloat16")):
        if way in teachers and "c" in teachers:
            ours, theirs = median_epoch(teachers[way]["teacher"]), median_epoch(teachers["c"][model])
            lines.append(
                f"A teacher epoch, {NAMES[way]} / (c)'s {model}: {ours:.2f} s / {theirs:.2f} s"
                f" = {ours / theirs:.3f}"
            )
    for name in ("distilled", "scratch"):
        if "a" in students and "d" in students and len(students["a"][name]) > 1:
            lines.append(_difference(name, students["d"][name], students["a"][name]))
    return lines


def median_seconds(timed: Sequence[Sequence[float]]) -> float:
    """The median of the seconds of whole training runs."""
    return float(np.median([seconds for seconds, _, _ in timed]))


def median_epoch(timed: Sequence[Sequence[float]]) -> float:
    """The median of the seconds of training epochs."""
    return float(np.median([epoch for _, epoch, _ in timed]))


def mean_difference(ours, theirs) -> tuple[float, float, float]:
    """Difference of mean accuracies and its 95 % interval (Welch), in percentage points."""
    ours, theirs = (np.array([accuracy for _, _, accuracy in timed]) * 100 for timed in (ours, theirs))
    interval = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    return float(ours.mean() - theirs.mean()), float(interval.low), float(interval.high)


def _difference(name: str, ours, theirs) -> str:
    difference, low, high = mean_difference(ours, theirs)
    verdict = "within noise" if low <= 0 <= high else "beyond noise"
    return (
        f"Accuracy of {name}, (d) − (a): {difference:+.2f} points, 95 % interval {low:+.2f} to {high:+.2f}:"
        f" {verdict}"
    )


def _models(title: str, ways: dict[str, dict[str, list]]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("way", "model", "seconds", "range", "s per epoch", "/ (a)", "test accuracy"):
        table.add_column(heading, justify="left" if heading in ("way", "model") else "right")
    reference = ways.get("a", {})
    for way, models in ways.items():
        for model, timed in models.items():
            seconds = [value for value, _, _ in timed]
            accuracies = np.array([accuracy for _, _, accuracy in timed]) * 100
            ratio = median_seconds(timed) / median_seconds(reference[model]) if model in reference else None
            table.add_row(
                NAMES[way],
                model,
                f"{median_seconds(timed):.2f}",
                f"{min(seconds):.2f}–{max(seconds):.2f}",
                f"{median_epoch(timed):.3f}",
                "" if ratio is None else f"{ratio:.3f}",
                f"{accuracies.mean():.2f} ± {accuracies.std(ddof=len(accuracies) > 1):.2f} %",
            )
    return table
