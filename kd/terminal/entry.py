"""How every KD Lab command starts and ends: exit codes, and one sentence for whatever goes wrong.

0 means success, 1 a failure, 2 a command that makes no sense, 130 Ctrl-C, and 141 a reader that left early,
as in `| head` (128 plus the number of SIGPIPE, as in a shell).
"""

import argparse
import re
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NoReturn

from kd.base.unusable import Unusable
from kd.terminal import interrupt, streams
from kd.text.reasons import reason_of
from kd.text.translation import N_, _

FAILED, REFUSED, READER_LEFT = 1, 2, 141
MODULE = "python -m kd"
PROGRAM = ContextVar("PROGRAM", default=MODULE)
"""The program that was started, `python -m kd` or `kd-lab`, as messages name it."""


ARGPARSES = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("ignored explicit argument %r"),
    N_("not allowed with argument %s"),
    N_("one of the arguments %s is required"),
)
"""What argparse itself says to those who type a command; it fills in what stands behind percent signs."""

argparse._ = _  # type: ignore[attr-defined]  # which is gettext's own there, with a catalogue of its own


class Parser(argparse.ArgumentParser):
    """Raises Unusable where argparse prints its usage; shows the first line of a description.

    The description may be a module's docstring, which is None under `python -OO`.
    """

    def __init__(self, *, description: str | None = None, **others: Any):
        super().__init__(description=(description or "").partition("\n")[0], **others)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuses here what a command's parser leaves over: the program's would name less help."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(_("unrecognized arguments: {arguments}", arguments=" ".join(unknown)))
        return found, unknown

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"\S{60,}", lambda word: f"{word[0][:40]}…", message)
        raise Unusable(
            "{problem}. See: {command} --help",
            problem=f"{message[:1].upper()}{message[1:]}",
            command=self.prog,
        )


def run(main: Callable[[], int]) -> NoReturn:
    """Runs `main` as the command of this process, and ends the process with its exit code."""
    interrupt.install()
    streams.prepare()
    sys.exit(exit_code(main))


def exit_code(main: Callable[[], int]) -> int:
    """Returns what `main` returns, or the exit code for what it raises, after a sentence on standard error.

    In Python's development mode (`python -X dev`) unforeseen errors are raised, with their tracebacks.
    """
    try:
        try:
            code = main()
        except SystemExit as done:  # argparse, after it has printed its help
            code = done.code if isinstance(done.code, int) else int(done.code is not None)
        sys.stdout.flush()
        return code
    except streams.OutputLost as lost:
        streams.drop_output()
        if lost.reader_left:
            return READER_LEFT
        return _ended(FAILED, _("The output could not be written: {reason}.", reason=lost))
    except ValueError as error:
        return _ended(REFUSED, str(error))
    except KeyboardInterrupt:
        return _ended(interrupt.EXIT_CODE, _("Stopped."))
    except OSError as error:
        if sys.flags.dev_mode:
            raise
        where = f"{error.filename}: " if error.filename else ""
        return _ended(FAILED, f"{where}{reason_of(error)}.")
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        sentence = _("This failed unexpectedly ({error}): `python -X dev -m …` shows where.", error=what)
        return _ended(FAILED, sentence)


def _ended(code: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return code
