"""A field of a run: what people and programs need to know about it, and how its values are checked."""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from kd.base.unusable import Unusable
from kd.text.translation import N_, _, numeral, pgettext
from kd.text.words import plain, quoted

GROUPS = {
    "data": N_("Data"),
    "student": N_("Student"),
    "teacher": N_("Teacher"),
    "objective": N_("Objective"),
    "schedule": N_("Training"),
}

ID = re.compile("[0-9a-f]{12}")
"""A name that follows from content: of a model, of a data set."""


@dataclass(frozen=True)
class FieldSpec:
    """One field of RunConfig, from which its widget, flag, address, messages and identities follow.

    label and help are in English, marked for translation: `_(spec.label)`.

    group: one of GROUPS. decides: the models whose weights depend on it, of 'teacher', 'distilled' and
    'scratch'. counts: given a config, whether the field makes a difference to it; None if it always does.
    stops: the values that a slider stops at, in order; others in the range are allowed, too.
    choices: the codes or numbers that are allowed; choice_labels: what codes are called; choice_helps: what
    they are, in a sentence or two. unit: of numbers. digits: text of distinct digits, such as "378".
    stored: besides a choice, an id of what is stored is allowed; what that is, such as "a stored model's id".
    named: returns what such an id is called.
    hidden: for experiments alone; no control, flag or address sets it.
    as_from_the_start: in every identity, whatever its value; a later field only when it differs from what
    runs did before there was the field, so that a new field renames nothing: its default, or `before` where
    the default is something else. That value can never change.
    """

    label: str
    help: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    stops: tuple[float, ...] = ()
    choices: tuple[str, ...] | tuple[int, ...] = ()
    choice_labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    choice_helps: Mapping[str, str] = dataclasses.field(default_factory=dict)
    unit: str = ""
    digits: bool = False
    stored: str = ""
    named: Callable[[str], str] = str
    rare: bool = False
    hidden: bool = False
    group: str = "schedule"
    decides: tuple[str, ...] = ("distilled", "scratch")
    counts: Callable[[Any], bool] | None = None
    as_from_the_start: bool = False
    before: Any = None

    @property
    def allowed(self) -> str:
        """The values that are allowed, in words: 'between 0 and 1', 'one of strong, fresh'."""
        if self.digits:
            return _("digits, such as 3 or 378")
        if self.choices:
            if self.stored:
                return _("one of {choices} or {stored}", **self._limits)
            return _("one of {choices}", **self._limits)
        if self.minimum is None:
            return _("true or false")
        return _("between {minimum} and {maximum}", **self._limits)

    def choice_label(self, choice: str | int) -> str:
        """Returns what a choice is called on the page, in the reader's language."""
        if str(choice) in self.choice_labels:
            return _(self.choice_labels[str(choice)])
        return self.named(str(choice))

    def in_words(self, value: Any) -> str:
        """Returns a value in the reader's words."""
        if isinstance(value, bool):
            return pgettext("switch", "on") if value else pgettext("switch", "off")
        if self.choices:
            return self.choice_label(value)
        if isinstance(value, str):
            return value or pgettext("digits", "none")
        whole = isinstance(value, int) or (value >= 1_000 and value == int(value))
        return numeral(int(value)) if whole else plain(value)

    def next_stops(self, value: float) -> tuple[float, ...]:
        """Returns the stops next to this value, below and above, as far as there are any."""
        below = [stop for stop in self.stops if stop < value]
        above = [stop for stop in self.stops if stop > value]
        return (*below[-1:], *above[:1])

    def checked(self, name: str, value: Any, kind: type) -> Any:
        """Returns a value as a float, int, bool or str (kind); raises ValueError when it is not allowed."""
        if self.digits:
            if not isinstance(value, str) or not re.fullmatch("[0-9]{0,100}", value):
                raise self._refusal(_NOT_DIGITS, name, value)
            return "".join(sorted(set(value)))
        if self.choices:
            chosen = _to_int(value) if kind is int else value
            is_stored = self.stored and isinstance(value, str) and ID.fullmatch(value)
            if chosen not in self.choices and not is_stored:
                raise self._refusal(_NOT_STORED if self.stored else _NOT_A_CHOICE, name, value)
            return chosen
        converted = _CONVERTERS[kind](value)
        if converted is None:
            raise self._refusal(_NOT_OF_KIND[kind], name, value)
        low, high = self.minimum, self.maximum
        if low is not None and high is not None and not low <= converted <= high:
            raise self._refusal(_OUT_OF_RANGE, name, value)
        return converted

    def _refusal(self, message: str, name: str, value: Any) -> ValueError:
        return Unusable(message, name=name, value=quoted(value), **self._limits)

    @property
    def _limits(self) -> dict[str, str]:
        if self.choices:
            choices = ", ".join(str(choice) for choice in self.choices if choice != "")
            stored = {"stored": _(self.stored)} if self.stored else {}
            return {"choices": shorten(choices, 100, placeholder=" …"), **stored}
        if self.minimum is None or self.maximum is None:
            return {}
        # as one types them: where 60,000 is written 60.000, that would be taken for 60
        ends = {"minimum": self.minimum, "maximum": self.maximum}
        return {name: str(end) if isinstance(end, int) else f"{end:g}" for name, end in ends.items()}


def field(default: Any, **spec: Any) -> Any:
    """Returns a dataclass field with this default and the FieldSpec made of `spec`."""
    return dataclasses.field(default=default, metadata={"spec": FieldSpec(**spec)})


def to_bool(value: Any) -> bool | None:
    """Returns a switch, also from text (true, 1, false, 0); None for anything else."""
    words = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, str):
        return words.get(value.lower())
    return bool(value) if value in (True, False) else None


def _to_float(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    # + 0.0 turns −0.0 into 0.0: they are the same value, and must be the same run
    return number + 0.0 if math.isfinite(number) else None


def _to_int(value: Any) -> int | None:
    number = _to_float(value)
    return int(number) if number is not None and number.is_integer() else None


_CONVERTERS = {bool: to_bool, float: _to_float, int: _to_int}

_NOT_A_CHOICE = N_("{name} must be one of {choices}, got {value}.")
_NOT_STORED = N_("{name} must be one of {choices} or {stored}, got {value}.")
_NOT_DIGITS = N_("{name} must be digits such as 3 or 378, or empty, got {value}.")
_OUT_OF_RANGE = N_("{name} must be between {minimum} and {maximum}, got {value}.")
_NOT_OF_KIND = {
    bool: N_("{name} must be true or false, got {value}."),
    float: N_("{name} must be a number between {minimum} and {maximum}, got {value}."),
    int: N_("{name} must be a whole number between {minimum} and {maximum}, got {value}."),
}
