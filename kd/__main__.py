"""The command line: `python -m kd train`, `runs`, `predict`, `stop`, `rebuild-index`."""

from __future__ import annotations

import sys

from kd.cli.parser import parse
from kd.cli.refusal import Refusal


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 1 when a run failed, 2 for bad input, 130 on Ctrl-C."""
    try:
        command, options = parse(arguments)
        return command(options)
    except (Refusal, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
