"""A command that cannot be carried out as typed."""


class Refusal(Exception):
    """One sentence for the person who typed it."""
