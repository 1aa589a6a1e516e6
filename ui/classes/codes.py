"""Codes that visitors try: after a few wrong ones, each takes longer."""

from __future__ import annotations

import math
import threading
import time

from cachetools import TTLCache

from kd.base.unusable import Unusable
from kd.lab import Lab
from kd.lab.classes import Class
from kd.text.words import duration

FREE, LONGEST = 3, 60.0
"""So many wrong codes cost nothing; the next ones cost 2, 4, 8 … seconds, up to a minute."""
_SECONDS_REMEMBERED = 1_800.0

_lock = threading.Lock()
_tried: TTLCache[str, tuple[int, float]] = TTLCache(maxsize=100_000, ttl=_SECONDS_REMEMBERED)
"""Person → how many wrong codes, and when the next one may be tried."""


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
        now, (wrong, until) = time.monotonic(), _tried.get(person, (0, -math.inf))
        if until > now:
            left = duration(max(1.0, until - now))
            raise Unusable("Too many wrong codes: wait {time}, then try again.", time=left)
        if refusal is None:
            return room
        wrong += 1
        wait = min(2.0 ** min(wrong - FREE + 1, 10), LONGEST) if wrong >= FREE else 0.0
        _tried[person] = wrong, now + wait
    if not wait:
        raise refusal
    raise Unusable("{sentence} Wait {time} before you try again.", sentence=str(refusal), time=duration(wait))


def forget() -> None:
    """Forgets who has tried what, as a new process would."""
    with _lock:
        _tried.clear()
