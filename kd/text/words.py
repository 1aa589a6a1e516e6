"""Numbers and names in words: the same in pages, charts, tables and on the command line."""

import time
from decimal import Decimal
from typing import Any

from kd.text.translation import N_, _, in_english, ngettext, numeral

MODELS = ("teacher", "distilled", "scratch")
"""The three models of a run, in the order in which they are always shown."""

STUDENTS = ("distilled", "scratch")
"""The two that learn, in the same order."""

NAMES = {"teacher": N_("Teacher"), "distilled": N_("Distilled"), "scratch": N_("Scratch")}
"""What the three are called where they are shown: `_(NAMES[model])`."""

AND = N_("{words} and {last}")
"""What joins a list and its last word."""

DIGITS = "0123456789"

QUOTED = 40
"""A message quotes at most so many characters of a value that cannot be used."""


def percent(fraction: float, digits: int = 1) -> str:
    """Writes a fraction: 0.9793 → '97.9 %'; only all is rounded to 100 %, and only nothing to 0 %."""
    least = 10**-digits  # percent
    if 0 < fraction < least / 200:
        return f"<\u00a0{numeral(least, f'.{digits}f')}\u00a0%"
    if 1 - least / 200 <= fraction < 1:
        return f">\u00a0{numeral(100 - least, f'.{digits}f')}\u00a0%"
    return f"{numeral(100 * fraction, f'.{digits}f')}\u00a0%"


def accuracy(fraction: float) -> str:
    """Writes a share of the 10,000 test pictures exactly, so that differences agree with it: '98.03 %'."""
    return percent(fraction, 2)


def points_between(first: float, second: float, digits: int = 2) -> float:
    """Returns first minus second in percentage points, as both are shown: 0.916, 0.8475, 1 digit → 6.8."""
    one, other = (float(f"{100 * share:.{digits}f}") for share in (first, second))
    return round(one - other, digits)


def count(number: int) -> str:
    """Writes a count to three figures: 1433610 → '1.43 M', 20490 → '20.5 k', 812 → '812'."""
    if number < 1_000:
        return str(number)
    # a unit ends where rounding would give a fourth figure: 999,500 is 1.00 M
    letter, size = next(
        ((letter, size) for letter, size in (("k", 1e3), ("M", 1e6)) if number < 999.5 * size), ("G", 1e9)
    )
    value = number / size
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{numeral(value, f',.{decimals}f')} {letter}"


def file_size(number_of_bytes: int) -> str:
    """Writes bytes in decimal units: 94208 → '94 kB', 5750000 → '5.8 MB', 2000000000 → '2 GB'."""
    if number_of_bytes < 1_000:
        return ngettext("{count} byte", "{count} bytes", number_of_bytes)
    if number_of_bytes < 999_500:
        return f"{numeral(number_of_bytes / 1_000, '.1f' if number_of_bytes < 9_950 else '.0f')} kB"
    if number_of_bytes < 999_950_000:
        return f"{numeral(number_of_bytes / 1_000_000, '.1f')} MB"
    billions = round(number_of_bytes / 1_000_000_000, 1)
    return f"{numeral(billions, ',.0f' if billions.is_integer() else ',.1f')} GB"


def duration(seconds: float) -> str:
    """Writes seconds as a person says them: 'less than a second', '8 s', '1 min 35 s', '2 h 10 min'."""
    if seconds < 1:
        return _("less than a second")
    whole = round(seconds)
    if whole < 60:
        return _("{seconds} s", seconds=whole)
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        if rest:
            return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
        return _("{minutes} min", minutes=minutes)
    hours, minutes = divmod(round(whole / 60), 60)
    if minutes:
        return _("{hours} h {minutes} min", hours=numeral(hours), minutes=minutes)
    return _("{hours} h", hours=numeral(hours))


def milliseconds(value: float) -> str:
    """Writes milliseconds to two figures: 0.347 → '0.35 ms', 3.11 → '3.1 ms', 140.6 → '141 ms'."""
    if value < 0.01:
        return f"< {numeral(0.01, 'g')} ms"
    decimals = 2 if value < 0.995 else 1 if value < 9.95 else 0
    return f"{numeral(value, f',.{decimals}f')} ms"


def date(seconds: float) -> str:
    """Writes the day of a moment, in seconds since 1970, on this machine's calendar: '2026-12-01'."""
    year, month, day = time.strftime("%Y %m %d", time.localtime(seconds)).split()
    # Translators: A date, such as 2026-12-01. Month and day have two digits.
    return _("{year}-{month}-{day}", year=year, month=month, day=day)


def date_and_time(seconds: float) -> str:
    """Writes a moment, in seconds since 1970, by this machine's clock: '2026-12-01 16:40'."""
    return f"{date(seconds)} {time.strftime('%H:%M', time.localtime(seconds))}"


def plain(number: float) -> str:
    """Writes a setting to six figures at most and without an exponent: 4.0 → '4', 1e-05 → '0.00001'."""
    return f"< {numeral(1e-6, '.6f')}" if 0 < number < 1e-6 else numeral(Decimal(f"{number:.6g}"), "f")


def typed(number: float) -> str:
    """Writes a setting as one types it in any language, in an address or a command: as `plain` in English."""
    with in_english():
        return plain(number)


def quoted(value: Any) -> str:
    """Quotes a value in a message: as Python writes it, cut to 40 characters."""
    if isinstance(value, str) and len(value) > QUOTED:
        value = value[: QUOTED - 1] + "…"
    try:
        text = repr(value)
    except Exception:  # an integer of 5,000 digits, or an object that cannot describe itself
        text = _("a value of type {type}", type=type(value).__name__)
    return text if len(text) <= QUOTED + 2 else f"{text[:QUOTED]}…"


def sentence_case(words: str) -> str:
    """Begins a line with these words: 'target class' → 'Target class'."""
    return words[:1].upper() + words[1:]


def listing(words: list[str]) -> str:
    """Lists words in a sentence: ['4', '9', '7'] → '4, 9 and 7'."""
    if len(words) < 2:
        return "".join(words)
    return _(AND, words=", ".join(words[:-1]), last=words[-1])


def called(name: str) -> str:
    """Writes a class' name in a sentence: a digit as it is, and all else in quotation marks."""
    # Translators: the name of a class, such as “a” or “ankle boot”, in a sentence.
    return name if len(name) == 1 and name in DIGITS else _("“{name}”", name=name)


def a_picture_of(name: str) -> str:
    """Names what a picture shows by its class: 'a 4', 'an 8', '“ankle boot”'."""
    return a_digit(int(name)) if called(name) == name else called(name)


def a_digit(digit: int) -> str:
    """Writes a digit with its article: 'a 4', 'an 8'."""
    return _("an 8") if digit == 8 else _("a {digit}", digit=digit)


def times(number: int) -> str:
    """Says how often: 0 → 'never', 1 → 'once', 2 → 'twice', 12 → '12 times'."""
    if number < 3:
        return (_("never"), _("once"), _("twice"))[number]
    return ngettext("{count} time", "{count} times", number)
