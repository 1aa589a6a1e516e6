"""What the system says when it refuses something, in the reader's language."""

from kd.text.translation import N_, _

SYSTEMS = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("File exists"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File name too long"),
    N_("Read-only file system"),
    N_("No space left on device"),
    N_("Too many open files"),
    N_("Input/output error"),
    N_("Cannot allocate memory"),
    N_("Connection refused"),
    N_("embedded null byte"),
)
"""The commonest reasons. Python has them in English; those that are not here stay so."""


def reason_of(error: BaseException) -> str:
    """Returns why something failed, as a part of a sentence, without a full stop."""
    said = getattr(error, "strerror", None) or str(error).rstrip(".")
    return _(said) if said else type(error).__name__
