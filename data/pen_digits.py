"""How well models read people's drawings: 1,000 digits written with a pen, drawn as on the Draw page.

    python -m data.pen_digits pen_digits.json --teacher strong           # print the accuracy
    python -m data.pen_digits pen_digits.json --teacher strong --write   # and save it in its JSON
    python -m data.pen_digits pen_digits.json --run 1099de721246         # of a run's three models

Each is drawn once in the middle of the canvas, and four times at any size and place with any pen.

The file is a list of {"label": int, "strokes": [[[x, y], ...], ...]}, each drawing within the unit square,
y pointing downwards. It is not included in the project, and no model learns from it; data/README.md says
where it comes from.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from kd.base.unusable import Unusable
from kd.config import SHIPPED_TEACHERS
from kd.lab import Lab
from kd.networks.numpy_model import NumpyModel
from kd.pictures.drawing import FIELD, to_mnist
from kd.teachers.shipped import shipped_teacher_path, teacher_record, write_record

SOURCE = "UNIPEN train_r01_v07, benchmark 1a, sub-sets aga, apa, art and imp (CC BY 4.0)"
DOI = "10.5281/zenodo.1195803"

CANVAS = 280
PEN = 22
SHARE = 0.6
SUPERSAMPLING = 4
MIDDLE = 0.5
# What one may choose on the Draw page: every pen, and sizes at which a digit can still be drawn.
ANY_PEN, ANY_SHARE, TIMES = (8, 40), (0.3, 0.9), 4

Strokes = list[list[list[float]]]


def draw(
    strokes: Strokes,
    canvas: int = CANVAS,
    pen: float = PEN,
    share: float = SHARE,
    middle: float | np.ndarray = MIDDLE,
) -> np.ndarray:
    """Draws strokes as the canvas does, round-capped, white on black and antialiased: uint8 (canvas, canvas).

    strokes: points (x, y) in the unit square, one list per stroke. canvas, pen: in pixels. share: the unit
    square's side as a fraction of the canvas's. middle: of the drawing's box, as fractions of the canvas.
    """
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes])
    own_middle = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = pen * SUPERSAMPLING / 2
    picture = Image.new("L", (canvas * SUPERSAMPLING,) * 2)
    brush = ImageDraw.Draw(picture)
    for stroke in strokes:
        line = ((np.asarray(stroke, float) - own_middle) * share + middle) * canvas * SUPERSAMPLING
        corners = [tuple(point) for point in line]
        if len(corners) > 1:
            brush.line(corners, fill=255, width=round(2 * radius))
        for x, y in corners:
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(picture.reduce(SUPERSAMPLING))


def load(path: Path) -> tuple[list[list], np.ndarray]:
    """Returns the drawings' strokes and their labels int64 (n,); raises ValueError for any other file."""
    try:
        digits = json.loads(path.read_text(encoding="utf-8"))
        return [digit["strokes"] for digit in digits], np.array([int(digit["label"]) for digit in digits])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is not a file of pen digits ({error}).") from None


def draw_anyhow(strokes: Strokes, random: np.random.Generator) -> np.ndarray:
    """Draws strokes at any size and place on the canvas with any pen, as `draw` does."""
    pen, share = random.uniform(*ANY_PEN), random.uniform(*ANY_SHARE)
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes])
    half = np.minimum((np.ptp(points, axis=0) * share + pen / CANVAS) / 2, MIDDLE)
    return draw(strokes, pen=pen, share=share, middle=random.uniform(half, 1 - half))


def measure(path: Path, models: dict[str, NumpyModel], pen: float = PEN) -> dict[str, dict[str, Any]]:
    """Returns for each model which share of the drawings it reads correctly, ready for a teacher's JSON."""
    drawings, labels = load(path)
    random = np.random.default_rng(0)
    centred = _prepared(draw(strokes, pen=pen) for strokes in drawings)
    anyhow = _prepared(draw_anyhow(strokes, random) for _ in range(TIMES) for strokes in drawings)
    return {
        name: {
            "accuracy": _accuracy(model, centred, labels),
            "count": len(centred),
            "pen_pixels": pen,
            "canvas_pixels": CANVAS,
            "drawn_share": SHARE,
            "anyhow": {
                "accuracy": _accuracy(model, anyhow, np.tile(labels, TIMES)),
                "count": len(anyhow),
                "pen_pixels": ANY_PEN,
                "drawn_share": ANY_SHARE,
            },
            "source": SOURCE,
            "doi": DOI,
        }
        for name, model in models.items()
    }


def _prepared(drawings: Iterable[np.ndarray]) -> np.ndarray:
    """Returns the pictures that models see, float32 (n, 28, 28, 1); for a mere dot an empty one."""
    return np.stack([_seen(drawing) for drawing in drawings])[..., np.newaxis]


def _seen(drawing: np.ndarray) -> np.ndarray:
    try:
        return to_mnist(drawing)
    except Unusable:
        return np.zeros((FIELD, FIELD), np.float32)


def _accuracy(model: NumpyModel, pictures: np.ndarray, labels: np.ndarray) -> float:
    read = (model.logits(pictures).argmax(axis=1) == labels) & pictures.any(axis=(1, 2, 3))
    return round(float(read.mean()), 4)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m data.pen_digits", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("path", type=Path, help="the JSON file of pen digits")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--teacher", choices=SHIPPED_TEACHERS, default="strong")
    whose.add_argument("--run", help="a run's id or name: measure its three models instead")
    parser.add_argument(
        "--pen", type=float, default=PEN, help="width of the pen in pixels (default: %(default)s)"
    )
    parser.add_argument("--write", action="store_true", help="save a teacher's result in its JSON")
    options = parser.parse_args(arguments)
    try:
        if options.run:
            models = Lab().runs[options.run].models()
        else:
            models = {options.teacher: NumpyModel.load(shipped_teacher_path(options.teacher))}
        found = measure(options.path, models, options.pen)
        if options.write and not options.run:
            record = teacher_record(options.teacher)
            write_record(options.teacher, {**record, "pen_digits": found[options.teacher]})
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
