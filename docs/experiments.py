"""Write docs/experiments.md: what came out of each experiment, beside what its paper says.

    python -m docs.experiments

takes the results that come with the project (data/make_experiments.py makes them), so it takes seconds.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.experiment import Experiment, Findings
from kd.studies.experiments.judging import judged
from kd.studies.experiments.rows import drawn as drawn_in
from kd.studies.experiments.rows import has_shipped, late_gain, points, shipped_rows, steps
from kd.studies.in_text import points_text
from kd.text.experiment_words import (
    change_words,
    drawn_words,
    finding_words,
    late_words,
    paper_words,
    saying,
    verdict_word,
    when_words,
)
from kd.text.translation import in_english
from kd.text.words import sentence_case

PAGE = Path(__file__).with_name("experiments.md")

INTRODUCTION = """# Experiments

What papers have claimed of distillation, tried here. Each section has a question, the command that tries it
on your machine, what came out with the results that come with the project, and what the paper says.

Each experiment but those about length itself is run at two lengths: a short training, and one that is at
least five times as long; each section says by how much the end of that one still changes the gain. A figure
is the mean over seeds, a difference is taken within each seed, and an interval is the 95\u00a0% interval of
that mean over other seeds and other test images. Whether a paper's claim agrees is judged with 5, 10 and 20
seeds only, each time at 1\u00a0%, so that looking often does not fool: it agrees where all of that wider
interval is in the claim's range, disagrees where none of it is, and otherwise cannot be told.

Data and networks are small here. A claim that does not hold may well hold where the paper made it, so each
section says what differs. `python -m docs.experiments` writes this page.
"""


def section(experiment: Experiment) -> str:
    """Returns one experiment with its results."""
    rows = shipped_rows(experiment.name)
    seeds, findings = rows["seed"].nunique(), experiment.findings(rows)
    findings = {length: found for length, found in findings.items() if length in set(rows["length"])}
    when = {length: sentence_case(when_words(length, steps(experiment, length))) for length in findings}
    parts = [
        f"## {experiment.title}",
        experiment.question,
        f"```sh\npython -m kd experiment {experiment.name} --seeds {seeds}\n```",
    ]
    for length, found in findings.items():
        drawn = points_text(points(rows[rows["length"] == length], experiment), experiment.chart)
        says = [saying(each, found[code]) for code, each in experiment.outcomes.items()]
        bullets = "\n".join(f"- {sentence}" for sentence in says if sentence)
        parts += [f"{when[length]}:", f"```text\n{drawn}\n```", bullets]
    configs = [config for part in experiment.parts(1) for _cell, config in part.study.runs()]
    design = [f"{seeds} seeds.", drawn_words(*drawn_in(configs)), late_words(late_gain(experiment, rows))]
    parts += [experiment.means, " ".join(filter(None, design))]
    if experiment.claims:
        parts += [
            f"[{experiment.paper.authors}]({experiment.paper.url}):",
            _claims(experiment, findings, when),
            f"What differs: {experiment.differs}",
        ]
    return "\n\n".join(part for part in parts if part)


def _claims(experiment: Experiment, findings: Mapping[str, Findings], when: Mapping[str, str]) -> str:
    """Returns each claim with the paper's words; by length, the verdict and what would change it."""
    lines = []
    for claim in experiment.claims:
        own = paper_words(claim.quote, claim.section or experiment.paper.section, claim.figure)
        lines.append(f"- **{claim.text}** {sentence_case(own)}. Judged: {experiment.label(claim.measured)}.")
        for length, found in findings.items():
            each = found[claim.measured]
            verdict = judged(each, claim.expected)
            change = change_words(claim.expected.low, claim.expected.high, verdict, each.unit)
            lines.append(
                f"  - {when[length]}: {finding_words(each)}. **{sentence_case(verdict_word(verdict))}**; "
                f"{change} would change that."
            )
    return "\n".join(lines)


def page() -> str:
    """Returns the whole page."""
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
