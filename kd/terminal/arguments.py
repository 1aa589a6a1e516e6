"""argparse that complains in one sentence."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

from kd.terminal.refusal import Refusal
from kd.text.translation import _


class Parser(argparse.ArgumentParser):
    """Raises a Refusal where argparse prints its usage. Only the first line of a description is shown.

    The description may be a module's docstring, which is None under `python -OO`.
    """

    def __init__(self, *, description: str | None = None, **others: Any):
        super().__init__(description=(description or "").partition("\n")[0], **others)

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
