"""The command line, `python -m kd` or `kd-lab`: its commands are in kd/cli/parser.py."""

from __future__ import annotations

import sys
from typing import NoReturn

if __name__ == "__main__":
    # until `run` takes over Ctrl-C
    sys.excepthook = lambda kind, *rest: (
        None if kind is KeyboardInterrupt else sys.__excepthook__(kind, *rest)
    )

from kd.terminal.entry import exit_code, run


def main(arguments: list[str] | None = None, name: str = "python -m kd") -> int:
    """Run a command; returns the exit code, as kd.terminal.entry has it."""
    return exit_code(lambda: _command(arguments, name))


def kd_lab() -> NoReturn:
    """The command `kd-lab`: alone, or with options of the server, it opens the app."""
    from kd.cli.app import is_option_of_the_server, open_app

    asked = sys.argv[1:]
    if asked and not is_option_of_the_server(asked[0]):
        run(lambda: main(name="kd-lab"))
    sys.exit(exit_code(lambda: open_app(asked)))  # the server has its own way with Ctrl-C


def _command(arguments: list[str] | None, name: str) -> int:
    from kd.cli import program
    from kd.cli.parser import parse

    program.start(name)
    command, options = parse(arguments, name)
    return command(options)


if __name__ == "__main__":
    run(main)
