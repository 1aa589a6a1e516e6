"""Codes that visitors try: after a few wrong ones, each takes longer."""

from __future__ import annotations

import threading

from kd.base.unusable import Unusable
from kd.lab import Lab
from kd.lab.classes import Class
from kd.text.words import duration
from ui.shared.tries import Tries

_lock = threading.Lock()
_tries = Tries(free=3)


def opened_with(lab: Lab, code: str, person: str) -> Class:
    """Returns the class with this code; raises ValueError when there is none, or this person must wait.

    Whoever is in the class need not wait. A right code forgives nothing: anybody may open a class.
    """
    try:
        room = lab.classes[code]
        if room.knows(person):
            return room
        refusal = None
    except ValueError as error:
        refusal = error
    with _lock:
        if left := _tries.wait(person):
            raise Unusable("Too many wrong codes: wait {time}, then try again.", time=duration(left))
        if refusal is None:
            return room
        wait = _tries.count(person)
    if not wait:
        raise refusal
    raise Unusable("{sentence} Wait {time} before you try again.", sentence=str(refusal), time=duration(wait))


def forget() -> None:
    """Forgets who has tried what, as a new process would."""
    with _lock:
        _tries.clear()
