"""Stations: the numbers of seeds at which a verdict is given, and how sure it has to be there.

Whoever looks after every seed, and stops at the first difference that is shown, finds one sooner or later
where there is none (Armitage, McPherson & Rowe 1969). So a verdict waits for the next station, and rests on
the first so many seeds, whatever is looked at in between. The levels add up to 4.5 %: a method that does
nothing gets "helps" or "hurts" less often than that, at any station.
"""

from __future__ import annotations

STATIONS = (5, 10, 20, 40, 80, 160, 320, 640)

MOST_SEEDS = 20
"""With so many seeds a setting is shown, added one by one, and trained from the page Train."""

_LEVEL, _LEVEL_OF_MANY = 0.01, 0.003
_MANY = 40


def station(seeds: int) -> int:
    """On how many seeds the verdict rests when there are so many; 0 before the first station."""
    return max((each for each in STATIONS if each <= seeds), default=0)


def next_station(seeds: int) -> int | None:
    """With how many seeds the next verdict comes; None after the last station."""
    return next((each for each in STATIONS if each > seeds), None)


def level(seeds: int) -> float:
    """How small p must be, after correction, for a verdict that rests on so many seeds."""
    return _LEVEL if seeds < _MANY else _LEVEL_OF_MANY
