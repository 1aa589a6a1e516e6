"""Numbers as a person says them: the same words in pages, charts and tables."""

from __future__ import annotations

MODELS = ("teacher", "distilled", "scratch")
"""The three models of a run, in the order in which they are always shown."""

NAMES = {"teacher": "Teacher", "distilled": "Distilled", "scratch": "Scratch"}


def percent(fraction: float) -> str:
    """A fraction as percent with one decimal: 0.9793 → '97.9 %'.

    What is not all and not nothing is never rounded to all or nothing.
    """
    if 0.9995 <= fraction < 1:
        return "> 99.9 %"
    if 0 < fraction < 0.0005:
        return "< 0.1 %"
    return f"{100 * fraction:.1f} %"


def count(number: int) -> str:
    """A count in three figures: 1433610 → '1.43 M', 20490 → '20.5 k', 812 → '812'."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}"
    return str(number)


def file_size(number_of_bytes: int) -> str:
    """Bytes in decimal units: 94208 → '94 kB', 5750000 → '5.8 MB'."""
    if number_of_bytes < 1_000:
        return f"{number_of_bytes} bytes"
    if number_of_bytes < 1_000_000:
        return f"{number_of_bytes / 1_000:.0f} kB"
    return f"{number_of_bytes / 1_000_000:.1f} MB"


def duration(seconds: float) -> str:
    """Seconds as one says them: 0.4 → 'less than a second', 95 → '1 min 35 s', 7800 → '2 h 10 min'."""
    if seconds < 1:
        return "less than a second"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def milliseconds(value: float) -> str:
    """A latency in milliseconds with two figures: 0.347 → '0.35 ms'."""
    return f"{value:.2g} ms" if value < 100 else f"{value:.0f} ms"


def listing(words: list[str]) -> str:
    """Words as a list in a sentence: ['4', '9', '7'] → '4, 9 and 7'."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def article(digit: int) -> str:
    """'an' before 8, else 'a'."""
    return "an" if digit == 8 else "a"


def times(number: int) -> str:
    """How often: 0 → 'never', 1 → 'once', 2 → 'twice', 12 → '12 times'."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")
