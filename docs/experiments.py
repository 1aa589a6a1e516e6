"""Write docs/experiments.md: what came out of each experiment, beside what its paper says.

    python -m docs.experiments

takes the results that come with the project (data/make_experiments.py makes them), so it takes seconds.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.experiment import SHORT, Experiment
from kd.studies.experiments.judging import judged
from kd.studies.experiments.rows import points
from kd.studies.experiments.shipped import has_shipped, shipped_rows
from kd.studies.in_text.points import points_text
from kd.text.experiment_words import finding_words, saying, verdict_word
from kd.text.translation import in_english

PAGE = Path(__file__).with_name("experiments.md")

INTRODUCTION = """# Experiments

What papers have claimed of distillation, tried here. Each section has a question, the command that tries it
on your machine, what came out with the results that come with the project, and what the paper says. A figure
is the mean over seeds, and an interval is Student's 95\u00a0% interval of that mean; a difference is taken
within each seed. Whether a paper's claim agrees is decided by the interval alone: it agrees where all of the
interval is on the claim's side, disagrees where none of it is, and otherwise cannot be told.

Data and networks are small here. A claim that does not hold may well hold where the paper made it, so each
section says what differs. `python -m docs.experiments` writes this page.
"""


def section(experiment: Experiment) -> str:
    """One experiment with its results."""
    rows = shipped_rows(experiment.name)
    found, paper = experiment.findings(rows)[SHORT], experiment.paper
    seeds = rows["seed"].nunique()
    says = [saying(each, found[each.measured], experiment.label(each.measured)) for each in experiment.says]
    parts = [
        f"## {experiment.title}",
        experiment.question,
        f"```sh\npython -m kd experiment {experiment.name} --seeds {seeds}\n```",
        f"```text\n{points_text(points(rows, experiment), experiment.chart)}\n```",
        "\n".join(f"- {sentence}" for sentence in says if sentence),
        f"{experiment.means}",
    ]
    if experiment.claims:
        parts += [
            f"[{paper.authors}]({paper.url}), {paper.section}:",
            "\n".join(
                [
                    "| the claim | the paper's figures | here | verdict |",
                    "| --- | --- | --- | --- |",
                    *(
                        f"| {claim.text} | {claim.figure} | {finding_words(found[claim.measured])} "
                        f"| {verdict_word(judged(found[claim.measured], claim.expected))} |"
                        for claim in experiment.claims
                    ),
                ]
            ),
            f"What differs: {experiment.differs}",
        ]
    return "\n\n".join(part for part in parts if part)


def page() -> str:
    """The whole page."""
    with in_english():
        shown = [section(EXPERIMENTS[name]) for name in EXPERIMENTS if has_shipped(name)]
    text = "\n\n".join([INTRODUCTION.strip(), *shown]) + "\n"
    return re.sub(r"(?<=\d) %", "\u00a0%", text)  # so that no line breaks there


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
