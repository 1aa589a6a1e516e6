"""What the ticked runs give along: their numbers, and the commands that repeat them."""

from __future__ import annotations

from collections.abc import Sequence

from kd.lab import Lab
from kd.notebook.folding import Line
from kd.studies.in_text.command import sweep_command, train_command
from kd.studies.study import MOST_SEEDS, Study
from ui.shared.along.numbers import numbers_along
from ui.shared.along.repeat import show_command

_MOST_COMMANDS = 20


def along(lab: Lab, lines: Sequence[Line]) -> None:
    """Draw the buttons. Runs without a result have no numbers yet."""
    finished = [entry.run_id for line in lines for entry in line.entries if entry.figures is not None]
    if finished:
        numbers_along("runs", lambda: lab.numbers(finished))
    commands = [command for line in lines for command in commands_of(line)]
    if len(commands) <= _MOST_COMMANDS:
        show_command("\n".join(commands))


def commands_of(line: Line) -> list[str]:
    """One command for a run, or for seeds that follow one another; one for each seed otherwise."""
    configs = sorted((entry.config for entry in line.entries), key=lambda config: config.seed)
    first, seeds = configs[0], [config.seed for config in configs]
    if 1 < len(seeds) <= MOST_SEEDS and seeds == list(range(first.seed, first.seed + len(seeds))):
        return [sweep_command(Study(first, {}, len(seeds)))]
    return [train_command(config) for config in configs]
