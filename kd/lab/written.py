"""What people may write about runs and classes: of bounded length, and all of it to be seen."""

from collections.abc import Iterable

from kd.base.unusable import Unusable
from kd.text.translation import N_, numeral
from kd.text.words import quoted

MOST_IN_NAME, MOST_IN_TAG, MOST_IN_NOTE = 80, 30, 2_000
MOST_TAGS = 10

_TOO_LONG = {
    "name": N_("A run's name must have at most {most} characters, got {count}."),
    "nickname": N_("A name has at most {most} characters, got {count}."),
    "tag": N_("A tag must have at most {most} characters, got {count}."),
    "note": N_("A note must have at most {most} characters, got {count}."),
}
_UNSEEN = {
    "name": N_("A run's name must not contain invisible characters, got {value}."),
    "nickname": N_("A name must not contain invisible characters, got {value}."),
    "tag": N_("A tag must not contain invisible characters, got {value}."),
    "note": N_("A note must not contain invisible characters, got {value}."),
}
# It joins several emoji to one.
_JOINER = "\u200d"
# They count as letters or symbols, and nothing is drawn for them.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"


def checked_name(name: str) -> str:
    """Returns a run's name on one line; raises ValueError when it is too long or has unseen parts."""
    return _checked("name", " ".join(_text("A run's name", name).split()), MOST_IN_NAME)


def checked_nickname(name: str, most: int) -> str:
    """Returns what somebody in a class wants to be called; raises ValueError as `checked_name`."""
    return _checked("nickname", " ".join(_text("A name", name).split()), most)


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Returns tags without duplicates and empty ones; raises ValueError as `checked_name`."""
    if isinstance(tags, str) or not isinstance(tags, Iterable):
        raise ValueError(f"Tags must be a list of texts, got {quoted(tags)}.")
    lines = [" ".join(_text("A tag", tag).split()) for tag in tags]
    found = tuple(dict.fromkeys(_checked("tag", line, MOST_IN_TAG) for line in lines if line))
    if len(found) > MOST_TAGS:
        raise Unusable("A run must have at most {most} tags, got {count}.", most=MOST_TAGS, count=len(found))
    return found


def checked_note(note: str) -> str:
    """Returns a note without blank lines around it; raises ValueError as `checked_name`."""
    text = _text("A note", note).replace("\r\n", "\n").replace("\r", "\n").strip()
    return _checked("note", text, MOST_IN_NOTE, "\n\t")


def _text(what: str, text: str) -> str:
    if not isinstance(text, str):
        raise ValueError(f"{what} must be text, got {quoted(text)}.")
    return text


def _checked(what: str, text: str, most: int, allowed: str = "") -> str:
    if len(text) > most:
        raise Unusable(_TOO_LONG[what], most=numeral(most), count=numeral(len(text)))
    if not all((c.isprintable() and c not in _BLANK) or c == _JOINER or c in allowed for c in text):
        raise Unusable(_UNSEEN[what], value=quoted(text))
    return text
