"""How a student's cost grows: seconds per epoch by training images and width, and the slopes.

    python -m benchmarks.growth
    python -m benchmarks.growth --chart docs/images/growth.svg

A distilled epoch with the teacher's logits already computed, on one thread, as a worker trains it; without
the evaluation, which always uses 10,000 test images.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd

from benchmarks.machine import described, machine
from kd.distillation.objectives import OBJECTIVES, Outputs
from kd.engine.tasks import prepare

BATCH_SIZE = 32


def measure(images: list[int], widths: list[int], rounds: int) -> pd.DataFrame:
    """Median seconds of an epoch: columns images, width, parameters, seconds.

    Args:
        images: how many training images.
        widths: by what factors to multiply the student's filters.
        rounds: how often to go through all sizes.
    """
    os.environ["KD_THREADS"] = "1"
    prepare()
    from kd.networks.architectures import build_student
    from kd.pictures.mnist import load_mnist
    from kd.training.compiled import CompiledTraining
    from kd.training.networks import Network

    objective = OBJECTIVES["soft_targets"](alpha=0.1, temperature=4.0, scale=16.0)

    def student(width: int) -> CompiledTraining:
        return CompiledTraining(Network(lambda: build_student(width=width)), objective)

    students = {width: student(width) for width in widths}
    mnist = load_mnist()
    logits = np.random.default_rng(0).normal(size=(max(images), 10)).astype(np.float32)
    lessons = {
        n: students[widths[0]].lesson(
            mnist.x_train[:n],
            mnist.train(n)[1],
            BATCH_SIZE,
            objective=objective,
            teacher=Outputs(logits[:n]),
        )
        for n in images
    }
    seconds: dict[tuple[int, int], list[float]] = {}
    for number in range(rounds + 1):
        for n, some in lessons.items():
            order = some.order(number, 1)
            for width, trained in students.items():
                # the first round only traces, and warms up the caches
                steps = some.steps if number else 2
                started = time.perf_counter()
                trained.run_steps(some, order, 0, steps)
                if number:
                    seconds.setdefault((n, width), []).append(time.perf_counter() - started)
    rows = [
        (n, width, students[width].model.count_params(), float(np.median(values)))
        for (n, width), values in seconds.items()
    ]
    return pd.DataFrame(rows, columns=["images", "width", "parameters", "seconds"])


def slope(sizes: pd.Series, seconds: pd.Series) -> float:
    """The exponent p of seconds ∝ size^p, by least squares of the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def in_words(table: pd.DataFrame) -> list[str]:
    """The slopes: a sentence for each width, and one about the widths themselves."""
    lines = []
    for width, rows in table.groupby("width"):
        if len(rows) > 1:
            power = slope(rows["images"], rows["seconds"])
            lines.append(
                f"Width ×{width}: twice the images take {2**power:.2f} times as long (slope {power:.2f})."
            )
    largest = table[table["images"] == table["images"].max()]
    if len(largest) > 1:
        power = slope(largest["width"], largest["seconds"])
        weights = slope(largest["width"], largest["parameters"])
        lines.append(
            f"At {largest['images'].iloc[0]:,} images, twice the width takes {2**power:.2f} times as long "
            f"(slope {power:.2f}) and has {2**weights:.2f} times the weights."
        )
    return lines


def chart(table: pd.DataFrame) -> alt.LayerChart:
    """Seconds per epoch by images, one line per width, on logarithmic axes."""
    table = table.assign(name="×" + table["width"].astype(str))
    base = alt.Chart(table, width=460, height=300, title="Seconds of a distilled epoch on one thread").encode(
        x=alt.X(
            "images",
            title="training images",
            scale=alt.Scale(type="log"),
            axis=alt.Axis(values=sorted(set(table["images"])), format=","),
        ),
        y=alt.Y("seconds", title="seconds", scale=alt.Scale(type="log")),
        color=alt.Color("name", title="width of the student", sort=None, legend=None),
    )
    ends = base.transform_filter(f"datum.images == {table['images'].max()}")
    return base.mark_line(point=True) + ends.mark_text(align="left", dx=8).encode(text="name")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print every measured number as JSON")
    parser.add_argument(
        "--images", default="1000,3000,10000,30000,60000", help="numbers of images (%(default)s)"
    )
    parser.add_argument(
        "--widths", default="1,2,4,8", help="by what factors to multiply the filters (%(default)s)"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often to go through all sizes (%(default)s)"
    )
    parser.add_argument("--chart", type=Path, help="an SVG file to draw the chart into")
    options = parser.parse_args(arguments)
    images, widths = ([int(n) for n in text.split(",")] for text in (options.images, options.widths))
    facts = machine()
    table = measure(images, widths, options.rounds)
    if options.chart:
        chart(table).save(options.chart, format="svg")
    if options.json:
        print(
            json.dumps(
                {"machine": facts, "seconds": table.to_dict("records"), "slopes": in_words(table)}, indent=1
            )
        )
        return 0
    print(described(facts))
    print(table.pivot(index="images", columns="width", values="seconds").round(3).to_string())
    print("\n".join(in_words(table)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
