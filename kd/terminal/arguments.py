"""argparse that complains in one sentence, and the error that has it."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

from kd.text.translation import _


class Refusal(Exception):
    """One sentence for the person who typed it."""


class Parser(argparse.ArgumentParser):
    """Raises a Refusal where argparse prints its usage. Only the first line of a description is shown.

    The description may be a module's docstring, which is None under `python -OO`.
    """

    def __init__(self, *, description: str | None = None, **others: Any):
        super().__init__(description=(description or "").partition("\n")[0], **others)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Knows them all: what a command's parser left over, the program's would refuse with less help."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(_("unrecognized arguments: {arguments}", arguments=" ".join(unknown)))
        return found, unknown

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"\S{60,}", lambda word: f"{word[0][:40]}…", message)
        raise Refusal(
            _(
                "{problem}. See: {command} --help",
                problem=f"{message[:1].upper()}{message[1:]}",
                command=self.prog,
            )
        )


def shown(text: str) -> str:
    """A help text that argparse shows as it is, percent signs included."""
    return text.replace("%", "%%")


class OneAxis(argparse.Action):
    """A field: one value takes the place of another, as usual, but an axis is there once."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, values: Any, option: Any = None) -> None:
        if hasattr(namespace, self.dest) and "," in f"{getattr(namespace, self.dest)}{values}":
            raise Refusal(
                _("{flag} is there twice: give its values once, with commas between them.", flag=option)
            )
        setattr(namespace, self.dest, values)
