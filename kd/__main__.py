"""The command line: `python -m kd train`, `runs`, `predict`, `stop`, `rebuild-index`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    # until `run` takes over Ctrl-C
    sys.excepthook = lambda kind, *rest: kind is KeyboardInterrupt or sys.__excepthook__(kind, *rest)

from kd.terminal.entry import exit_code, run


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code, as kd.terminal.entry has it."""
    return exit_code(lambda: _command(arguments))


def _command(arguments: list[str] | None) -> int:
    from kd.cli.parser import parse

    command, options = parse(arguments)
    return command(options)


if __name__ == "__main__":
    run(main)
