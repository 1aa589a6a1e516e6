"""Run the studies of docs/studies.md and write their results into it.

    python -m docs.studies [NAME ...]

computes whatever of them is not stored yet (all of them: about 12 minutes on two cores), then writes
docs/studies.md: for each study the question, the command that repeats it, and what came out. Names repeat
some of the studies only; the other sections stay as they are.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kd.analysis.calibration import best_biases, with_biases
from kd.analysis.evaluation import accuracy, correct
from kd.config import FIELDS, PRESETS, RunConfig
from kd.lab import Lab
from kd.pictures.mnist import load_mnist
from kd.studies.address import sweep_command
from kd.studies.in_text import picture, table_text
from kd.studies.study import Study
from kd.studies.verdicts import verdicts
from kd.text.study_words import axis_value, flag, signed
from kd.text.verdicts import covers
from kd.text.words import listing, percent, quoted

PAGE = Path(__file__).with_name("studies.md")

Finding = Callable[[Lab, Study], list[str]]


@dataclass(frozen=True)
class Section:
    """One study of the page: its title, what it is about, and what is worked out besides its table."""

    title: str
    about: str
    study: Study
    finding: Finding = field(default=lambda lab, study: [])


def left_out(lab: Lab, study: Study) -> list[str]:
    """Returns what a student knows of digits it never saw, before and after the best bias on their logits."""
    labels, lines = load_mnist().y_test, []
    for cell, config in study.runs():
        digits = [int(digit) for digit in config.omitted_digits]
        logits = lab.runs[config.run_id].test_logits()["distilled"]
        biases = best_biases(labels, logits, digits)
        shifted = with_biases(logits, biases)
        unseen = np.isin(labels, digits)
        before, after = (percent(correct(labels, some)[unseen].mean()) for some in (logits, shifted))
        where = "".join(f"{flag(axis)} {axis_value(value)}, " for axis, value in cell.items())
        best = ", ".join(f"{signed(bias, 1)} on the logit of {digit}" for digit, bias in biases.items())
        lines.append(
            f"- {where}seed {config.seed}: the distilled student gets {before} of the "
            f"{listing([f'{digit}s' for digit in digits])} right, and {after} with the best bias ({best}); "
            f"of all test images, {percent(accuracy(labels, shifted))} are then right."
        )
    return lines


DEFAULT = RunConfig()
MANY = PRESETS["many_images"].config
SEEDS = 5
# 640 and 3,200 steps with 500 images, 626 and 3,130 with 10,000.
FEW_TWICE, MANY_TWICE = [40, 200], [2, 10]

SECTIONS = {
    "default": Section(
        "The default setting",
        "500 images and the strong teacher, after 640 steps (40 epochs) and after 3,200 (200 epochs).",
        Study(DEFAULT, {"epochs": FEW_TWICE}, SEEDS),
    ),
    "temperature": Section(
        "With few images, T and α matter",
        "The default setting with other temperatures and weights, after 640 steps (40 epochs) and after "
        "3,200.",
        Study(
            DEFAULT,
            {"epochs": FEW_TWICE, "alpha": [0.1, 0.9], "temperature": [1.0, 4.0, 10.0, 20.0]},
            SEEDS,
        ),
    ),
    "many": Section(
        "With many images they matter less",
        "The same with 10,000 images, after 626 steps (2 epochs) and after 3,130 (10 epochs).",
        Study(MANY, {"epochs": MANY_TWICE, "alpha": [0.1, 0.9], "temperature": [1.0, 20.0]}, SEEDS),
    ),
    "squared": Section(
        "Without T², the teacher fades as T grows",
        "The default setting without the factor T², after 640 steps (40 epochs) and after 3,200.",
        Study(
            DEFAULT.replace(temperature_squared=False),
            {"epochs": FEW_TWICE, "alpha": [0.1, 0.9], "temperature": [10.0, 50.0]},
            SEEDS,
        ),
    ),
    "notebook": Section(
        "The notebook, to the letter, and longer",
        "No T², and a teacher that has seen no more than its student. The notebook has three epochs, 939 "
        "steps; fifteen are 4,695.",
        Study(PRESETS["notebook"].config, {"epochs": [3, 15]}, SEEDS),
    ),
    "objectives": Section(
        "Every objective at the default setting",
        "Each has its own fields at their defaults. After 640 steps (40 epochs) and after 3,200.",
        Study(DEFAULT, {"epochs": FEW_TWICE, "objective": list(FIELDS["objective"].choices)}, SEEDS),
    ),
    "regularisation": Section(
        "Is it the teacher, or only regularisation?",
        "The default setting against a scratch student with smoothed labels, after 640 steps (40 epochs) and "
        "after 3,200.",
        Study(DEFAULT, {"epochs": FEW_TWICE, "baseline": ["labels", "label_smoothing"]}, SEEDS),
    ),
    "size": Section(
        "A student can be too small for its teacher",
        "10,000 images; the first convolution's filters against T, after 626 steps (2 epochs) and after "
        "3,130.",
        Study(
            MANY,
            {"epochs": MANY_TWICE, "student_width": [1, 4, 16], "temperature": [2.0, 10.0]},
            SEEDS,
        ),
    ),
    "omitted": Section(
        "A digit it never saw",
        "No 3s among 10,000 images, α 0, T 20: the teacher's soft targets are all it has of them. After 5 "
        "epochs and after 25, of about 280 steps each.",
        Study(PRESETS["unseen_digit"].config, {"epochs": [5, 25]}, SEEDS),
        left_out,
    ),
    "noise": Section(
        "Wrong labels",
        "2,000 images; this share of the labels is replaced, each by a digit drawn at random. After 630 "
        "steps (10 epochs) and after 3,150, where there is time to learn the wrong ones by heart.",
        Study(
            DEFAULT.replace(train_size=2_000),
            {"epochs": [10, 50], "label_noise": [0.0, 0.2, 0.4, 0.6]},
            SEEDS,
        ),
    ),
    "labelled": Section(
        "A hundred labels, and pictures without",
        "10,000 images, of which 100 or 1,000 have labels. The scratch student can use only those: in 8 and "
        "40 epochs it takes 32 and 160 steps with 100 labels, and 256 and 1,280 with 1,000. The distilled "
        "student takes 2,504 and 12,520.",
        Study(DEFAULT.replace(train_size=10_000), {"epochs": [8, 40], "labelled": [100, 1_000]}, SEEDS),
    ),
    "images": Section(
        "How many images?",
        "The default setting with fewer images and with more, after 40 epochs each and after 200: from 280 "
        "steps and 1,400 with 200 images to 2,520 and 12,600 with 2,000.",
        Study(DEFAULT, {"epochs": FEW_TWICE, "train_size": [200, 500, 2_000]}, SEEDS),
    ),
}

INTRODUCTION = """# Studies

When does distillation help, by how much, and how sure is that? Each table below was computed by
`python -m docs.studies`, and each section names the command that repeats it alone. Differences are in points:
distilled minus scratch, on the same 10,000 test images and with the same seeds; ± is half the 95\u00a0%
interval of the paired differences. It is for other seeds and for other test images (a two-way analysis of
variance of seeds and 20 blocks of test images). Each section says what is drawn anew with each seed and what
is fixed.

Verdicts are given with 5, 10 and 20 seeds only, then with 40, 80 and so on up to 640: with 7 seeds, the
verdict is that of the first 5. Each takes p < 0.01, from 40 seeds on p < 0.003, after correction for the
number of cells in its table (Holm 1979). So a study without any effect is said to help or to hurt less than 5
times in 100, however often somebody looks and adds seeds, and a cell whose interval excludes 0 can be "not
shown". That does not mean that there is no difference: the last column says with how many seeds one of 0.2
points would be shown four times out of five. It is a range, as a few seeds hardly tell how much others
differ; after a +, no number may be enough; and it is empty where the verdict is clear, or the interval is
within 0.2 points of 0.
"""


def written(name: str, lab: Lab) -> str:
    """Returns one section with its results."""
    section = SECTIONS[name]
    study_id = lab.studies.start(section.study)
    view = lab.studies.wait(study_id)
    if view.status != "finished":
        raise SystemExit(
            f"The study {name} ended {view.status}: {[str(end) for end in view.failed.values()]}"
        )
    axes = list(section.study.axes)
    table = verdicts(lab.studies.frame(study_id), axes)
    parts = [
        f"## {section.title}",
        f"{section.about} {covers(section.study.base)}",
        f"```sh\n{sweep_command(section.study)}\n```",
        f"```text\n{table_text(table, axes)}\n\n{picture(table, axes)}\n```",
        "\n".join(section.finding(lab, section.study)),
    ]
    return "\n\n".join(part for part in parts if part)


def sections(text: str) -> dict[str, str]:
    """Returns the sections that a page has already, by name."""
    titles = {section.title: name for name, section in SECTIONS.items()}
    found = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    by_title = {part.partition("\n")[0].removeprefix("## "): part.strip() for part in found}
    return {titles[title]: part for title, part in by_title.items() if title in titles}


def main(names: list[str]) -> int:
    for name in names:
        if name not in SECTIONS:
            print(f"There is no study {quoted(name)}: use {', '.join(SECTIONS)}.", file=sys.stderr)
            return 2
    page = sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    with Lab() as lab:
        for name in names or SECTIONS:
            print(f"{name} …", file=sys.stderr, flush=True)
            page[name] = written(name, lab)
            whole = [INTRODUCTION.strip(), *(page[name] for name in SECTIONS if name in page)]
            PAGE.write_text("\n\n".join(whole) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
