"""The error whose message a page may show."""


class Unusable(ValueError):
    """Something that KD Lab needs cannot be used: one sentence says what, and what to do about it."""
