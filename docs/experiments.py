"""Write docs/experiments.md: what came out of each experiment, beside what its paper says.

    python -m docs.experiments

takes the results that come with the project (data/make_experiments.py makes them), so it takes seconds.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kd.config import SHIPPED_TEACHERS, TRAIN_IMAGES, RunConfig, has_teaching
from kd.config.fields import FIRST
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.experiment import Experiment, Findings
from kd.studies.experiments.judging import Expected, judged
from kd.studies.experiments.rows import has_shipped, late_gain, points, shipped_rows, steps
from kd.studies.in_text import points_text
from kd.text.experiment_words import (
    AGREES,
    DISAGREES,
    bare,
    finding_words,
    late_words,
    paper_words,
    saying,
    verdict_word,
    when_words,
)
from kd.text.translation import in_english
from kd.text.words import listing, sentence_case

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
    design = [f"{seeds} seeds.", _drawn(configs), late_words(late_gain(experiment, rows))]
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
            change = _change(claim.expected, verdict, each.unit)
            lines.append(
                f"    - {when[length]}: {finding_words(each)}. **{sentence_case(verdict_word(verdict))}**; "
                f"{change} would change that."
            )
    return "\n".join(lines)


# Verdict → the sentence for a range that ends above only, below only, or on both sides.
_CHANGES = {
    AGREES: (
        "an interval that reaches down to {low}",
        "an interval that reaches up to {high}",
        "an interval that reaches down to {low} or up to {high}",
    ),
    DISAGREES: (
        "an interval that reaches above {low}",
        "an interval that reaches below {high}",
        "an interval that reaches between {low} and {high}",
    ),
}
_OTHER_CHANGES = (
    "an interval that is all above {low}, or all below it",
    "an interval that is all below {high}, or all above it",
    "an interval that is all between {low} and {high}, or all outside",
)


def _change(expected: Expected, verdict: str, unit: str) -> str:
    """What would change a verdict on a claim that expects a finding in this range."""
    low, high = expected.low, expected.high
    place = 2 if math.isfinite(low) and math.isfinite(high) else int(math.isinf(low))
    ends = {
        name: bare(end, unit, 0 if end == round(end) else 1)
        for name, end in (("low", low), ("high", high))
        if math.isfinite(end)
    }
    return _CHANGES.get(verdict, _OTHER_CHANGES)[place].format(**ends)


ANEW = {
    "weights": "the students' initial weights and the order of their images",
    "drawn images": "which training images they see",
    "wrong labels": "which labels are wrong",
    "shifts": "how images are shifted",
    "doubts": "where the teacher's doubts are put",
    "own teacher": "the teachers that are trained here",
}
FIXED = {
    "first images": "the training images, which are MNIST's first ones",
    "all images": "the training images where they are all 60,000",
    "included teacher": "the included teacher",
    "test": "the 10,000 test images, whose share of the error the intervals contain",
}


def _drawn(configs: Iterable[RunConfig]) -> str:
    """What is drawn anew with each seed in some runs, and what stays the same: what intervals cover."""
    found = {"test"} | {code for config in configs for code in _codes(config)}
    anew, fixed = (
        listing([words for code, words in each.items() if code in found]) for each in (ANEW, FIXED)
    )
    return f"Drawn anew with each seed: {anew}. Fixed: {fixed}."


def _codes(config: RunConfig) -> Iterator[str]:
    yield "weights"
    if config.train_size == TRAIN_IMAGES:
        yield "all images"
    else:
        yield "first images" if config.pictures == FIRST else "drawn images"
    if config.label_noise:
        yield "wrong labels"
    if config.shift:
        yield "shifts"
    if config.permuted_doubts:
        yield "doubts"
    if has_teaching(config):
        yield "included teacher" if config.teacher in SHIPPED_TEACHERS else "own teacher"


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
