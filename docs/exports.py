"""Writes docs/exports.md: the formats, and what each keeps of the included run's models.

    python -m docs.exports

exports two models in every format that holds one, and measures them: about two minutes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

from kd.config import RunConfig
from kd.export import FORMATS, format_named
from kd.export.child import REPRESENTATIVE
from kd.export.models import LEAST_SAME_ANSWERS, MOST_ACCURACY_LOST, ROUNDING
from kd.lab import Lab
from kd.text.words import NAMES, accuracy, file_size

PAGE = Path(__file__).with_name("exports.md")
RUN = RunConfig().run_id
MODELS = ("distilled", "teacher")
MODEL_FORMATS = tuple(name for name in FORMATS if format_named(name).of_one_model)

Measured = Mapping[tuple[str, str], Mapping[str, Any]]
"""(model, format) → what lies beside the exported file."""

INTRODUCTION = f"""# Exports

A run, one of its models, or the numbers of many runs, as files that work without KD Lab:

```sh
python -m kd export {RUN} --format onnx
python -m kd export {RUN} --format litert --model teacher --output teacher.tflite
```

In Python it is `Lab.export`. LiteRT, ONNX, the notebook, Parquet and TensorBoard need the extra:
`pip install 'kd-lab[export]'`, or `pip install -r requirements-export.txt` in a checkout.
"""

MEASURED = f"""## What is kept

Each model file is opened by its own runtime, in a process of its own, and answers all 10,000 test pictures.
These are the models of the default run, {RUN}, which comes with KD Lab. *Same answers* and the largest
difference compare the file's logits with those that the run stored. Latencies are medians of 200 calls with
one picture, on one thread. The same facts lie beside each exported file as JSON, with the versions of all
packages. This page is written by `python -m docs.exports`.
"""

REFUSED = f"""## What is refused

A float file may differ by rounding alone: by {ROUNDING:g} of the largest logit, so that an answer can only
change where the two best logits are closer than twice that. Logits that are wrong by 1 % come to
{0.01 / ROUNDING:.0f} times as much.

With 8 bits a logit is one of 256 steps, so where the two best are a few steps apart, the answer may change,
for better or worse. At least {100 * LEAST_SAME_ANSWERS:g} % of the answers must stay the same, and at most
{100 * MOST_ACCURACY_LOST:g} point of accuracy may be lost. The converter chooses its steps from
{REPRESENTATIVE} training pictures, prepared as in training. Pictures and logits stay float32; all between
them is int8.

A file that differs by more is not written, and one sentence says by how much. An export that fails, fills the
disk or is stopped with Ctrl-C leaves nothing behind.
"""

USE = f"""## How to use a file

Each takes pictures of white digits on black: values from 0 to 255 divided by 255, float32, of shape
(n, 28, 28, 1). Each gives logits (n, 10); the largest is the answer. The first test pictures, from
`data/mnist.npz`:

```python
import numpy as np
import onnxruntime

pictures = np.load("data/mnist.npz")["x_test"][:5, :, :, None].astype("float32") / 255
session = onnxruntime.InferenceSession("{RUN}-distilled.onnx")
print(session.run(None, {{"pictures": pictures}})[0].argmax(axis=1))
```

LiteRT takes one picture at a time, as small devices reserve their memory before they start:

```python
import numpy as np
from ai_edge_litert.interpreter import Interpreter

pictures = np.load("data/mnist.npz")["x_test"][:5, :, :, None].astype("float32") / 255
interpreter = Interpreter("{RUN}-distilled-int8.tflite")
interpreter.allocate_tensors()
for picture in pictures:
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None])
    interpreter.invoke()
    print(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).argmax())
```
"""

RUNS = f"""## The run itself

**A notebook** trains the run's models again in plain Keras, without KD Lab: the same pictures, first weights,
batches and losses, for every objective and every kind of data. MNIST and the teacher lie beside it; a fresh
teacher is trained again, unless it was trained in mixed precision. Sums are rounded differently by Keras, and
by another processor, so a few test pictures near the border between two digits may get another answer;
`tests/export/test_notebook.py` allows 10 of the 10,000.

**A report** is one page of HTML with the verdict, the curves, pictures that distillation fixed and broke, the
setting, the command that repeats it and the versions. It fetches nothing, and follows the reader's light or
dark theme.

**Logs for TensorBoard** are what the training of each model showed: losses and accuracy by epoch, the
accuracy on the test images at each look, and the setting as hyperparameters. Several runs may share a folder.

```sh
python -m kd export {RUN} --tensorboard logs
tensorboard --logdir logs
```

## The numbers of many runs

```sh
python -m kd export {RUN} 24ee676a816a --format csv
python -m kd export {RUN} 24ee676a816a --format parquet --output runs.parquet
```

writes a table in long form: one row for each run and model, so each run has three. Name several runs, or one
study by its id. A row has the run's setting, what was measured of the model, and the comparison of the two
students, which is the same in a run's three rows. `model_id` says which rows are of one and the same model:
those are one measurement, and not several. Beside the table lies `NAME-columns.csv`, the dictionary of its
columns: whether each describes the run or the model, its type, its unit and what it means. Shares are
fractions between 0 and 1. In Python it is `Lab.numbers`.
"""


def page(measured: Measured) -> str:
    """Returns the page with these measurements."""
    parts = [INTRODUCTION, _formats(), MEASURED, _table(measured), _where(measured), REFUSED, USE, RUNS]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _formats() -> str:
    rows = ["| format | what it is | file |", "|---|---|---|"]
    for name, about in FORMATS.items():
        rows.append(f"| `{name}` | {about} | `{format_named(name).file_name('RUN', 'MODEL')}` |")
    return "\n".join(rows)


def _table(measured: Measured) -> str:
    rows = [
        "| model | format | size | ms a picture | accuracy | before | same answers | largest difference |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for model in MODELS:
        for name in MODEL_FORMATS:
            facts = measured[model, name]
            cells = (
                NAMES[model],
                f"`{name}`",
                file_size(facts["bytes"]),
                f"{facts['milliseconds']:.3f}",
                accuracy(facts["accuracy"]["exported"]),
                accuracy(facts["accuracy"]["original"]),
                accuracy(facts["same_answers"]),
                f"{facts['largest_difference']['logits']:.1g}",
            )
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _where(measured: Measured) -> str:
    facts = list(measured.values())
    versions: dict[str, str] = {}
    for each in facts:
        versions |= each["versions"]
    listed = ", ".join(f"{package} {version}" for package, version in sorted(versions.items()))
    return fill(f"Measured on: {facts[0]['processor']}. Versions: {listed}.", 110)


def measure(lab: Lab) -> Measured:
    """Exports each model in each format, and reads what lies beside it."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for model in MODELS:
            for name in MODEL_FORMATS:
                print(f"{model}, {name} …", file=sys.stderr, flush=True)
                _file, facts = lab.export(RUN, name, model, folder)
                found[model, name] = json.loads(facts.read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Measures, and writes the page."""
    PAGE.write_text(page(measure(Lab())), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
