"""The error for people."""

from typing import Any

from kd.text.translation import _


class Unusable(ValueError):
    """Says what cannot be, and what to do about it, in one sentence that a page or a command may show."""

    def __init__(self, message: Any, /, **values: Any):
        """message: in English, put into the reader's language with these values; or what has words itself."""
        super().__init__(_(message, **values) if isinstance(message, str) else message)
