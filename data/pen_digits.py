"""How well a teacher reads people's drawings: 1,000 digits written with a pen, drawn as on the Draw page.

    python -m data.pen_digits pen_digits.json --teacher strong           # print the accuracy
    python -m data.pen_digits pen_digits.json --teacher strong --write   # and save it in its JSON

The file is a list of {"label": int, "strokes": [[[x, y], ...], ...]}, each drawing within the unit square,
y pointing downwards. It is not included in the project, and no model learns from it; data/README.md says
where it comes from.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from kd.config import SHIPPED_TEACHERS
from kd.pictures.drawing import to_mnist
from kd.teachers.shipped import shipped_teacher_path, teacher_record, write_record

SOURCE = "UNIPEN train_r01_v07, benchmark 1a, sub-sets aga, apa, art and imp (CC BY 4.0)"
DOI = "10.5281/zenodo.1195803"

CANVAS = 280
PEN = 22
SHARE = 0.6
SUPERSAMPLING = 4


def draw(
    strokes: list[list[list[float]]], canvas: int = CANVAS, pen: float = PEN, share: float = SHARE
) -> np.ndarray:
    """Draws strokes as the canvas does, round-capped, white on black and antialiased: uint8 (canvas, canvas).

    strokes: points (x, y) in the unit square, one list per stroke. canvas, pen: in pixels. share: the unit
    square's side as a fraction of the canvas's; the drawing's box is centred.
    """
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = pen * SUPERSAMPLING / 2
    picture = Image.new("L", (canvas * SUPERSAMPLING,) * 2)
    brush = ImageDraw.Draw(picture)
    for stroke in strokes:
        line = ((np.asarray(stroke, float) - middle) * share + 0.5) * canvas * SUPERSAMPLING
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


def measure(path: Path, teacher: str, pen: float = PEN) -> dict[str, Any]:
    """Returns how many of the drawings the included teacher reads correctly, ready for its JSON."""
    import keras

    strokes, labels = load(path)
    pictures = np.stack([to_mnist(draw(drawing, pen=pen)) for drawing in strokes])[..., np.newaxis]
    model = keras.saving.load_model(shipped_teacher_path(teacher), compile=False)
    answers = model.predict(pictures, batch_size=250, verbose=0).argmax(axis=1)
    return {
        "accuracy": round(float((answers == labels).mean()), 4),
        "count": len(labels),
        "pen_pixels": pen,
        "canvas_pixels": CANVAS,
        "drawn_share": SHARE,
        "source": SOURCE,
        "doi": DOI,
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m data.pen_digits", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("path", type=Path, help="the JSON file of pen digits")
    parser.add_argument("--teacher", choices=SHIPPED_TEACHERS, default="strong")
    parser.add_argument(
        "--pen", type=float, default=PEN, help="width of the pen in pixels (default: %(default)s)"
    )
    parser.add_argument("--write", action="store_true", help="save the result in the teacher's JSON")
    options = parser.parse_args(arguments)
    try:
        result = measure(options.path, options.teacher, options.pen)
        if options.write:
            write_record(options.teacher, {**teacher_record(options.teacher), "pen_digits": result})
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
