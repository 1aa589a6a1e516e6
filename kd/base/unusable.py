"""The error for people."""


class Unusable(ValueError):
    """Says what cannot be, and what to do about it, in one sentence that a page or a command may show."""
