"""argparse that complains in one sentence."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

from kd.terminal.refusal import Refusal


class Parser(argparse.ArgumentParser):
    """Raises a Refusal where argparse prints its usage. Of a description, the first line is shown.

    The description may be a module's docstring, and None, as it is under `python -OO`.
    """

    def __init__(self, *args, description: str | None = None, **kwargs):
        super().__init__(*args, description=(description or "").partition("\n")[0], **kwargs)

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"\S{60,}", lambda word: f"{word[0][:40]}…", message)
        raise Refusal(f"{message[:1].upper()}{message[1:]}. See: {self.prog} --help")
