"""Controls that move figures in the browser. The server hears of them when they are let go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kd.charts.parts import TEMPERATURE_TICKS
from kd.config import FIELDS
from kd.text.translation import _
from ui.shared.address import Parameter

_SECONDS_A_POINT = 0.8
_STOPS = sorted({*FIELDS["temperature"].stops, *map(float, TEMPERATURE_TICKS)})


@dataclass(frozen=True)
class Control:
    """A control of the browser's own. Its label and its help are in the reader's language."""

    name: str  # what figures call its value
    key: str  # of its value in the session, and its name in the address
    default: Any
    spec: dict[str, Any]  # what the browser makes it of: kind, label, help and what its kind needs
    read: Callable[[Any], Any]  # takes a value from the browser; raises ValueError for one it cannot have
    parameter: Parameter | None = None  # of the address, if its value is kept there


def temperature(key: str, parameter: Parameter, label: str, help: str) -> Control:
    """Returns T from 0.1 to 100, logarithmic: two figures by dragging, a run's stops by arrow keys."""
    ends = (LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE)
    stops = {"stops": _STOPS, "marks": list(TEMPERATURE_TICKS)}
    spec = _range(label, help, ends, scale="log", says="T = {value}", **stops)
    return Control("T", key, parameter.default, spec, _number(*ends), parameter)


def alpha(key: str, parameter: Parameter, label: str, help: str) -> Control:
    """Returns α from 0 to 1 in steps of 0.05."""
    spec = _range(label, help, (0, 1), step=0.05, says="{value}")
    return Control("alpha", key, parameter.default, spec, _number(0, 1), parameter)


def hundredths(key: str, ends: tuple[int, int], parameter: Parameter, label: str, help: str) -> Control:
    """Returns a share in whole percent, called "guess". ends: the lowest and the highest."""
    spec = _range(label, help, ends, step=1, says="{value}\u00a0%")
    values = _one_of(*range(ends[0], ends[1] + 1))
    return Control("guess", key, parameter.default, spec, values, parameter)


def points(
    key: str,
    texts: Sequence[str],
    label: str,
    help: str,
    parameter: Parameter | None = None,
    first: int | None = None,
) -> Control:
    """Returns steps, such as points in time, that also play by themselves; a value is an index of texts.

    It begins at the parameter's default, else at first, else at the last step.
    """
    last = len(texts) - 1
    if parameter is not None:
        first = parameter.default
    play = {"play": _("Play"), "pause": _("Pause"), "next": _("Next"), "seconds": _SECONDS_A_POINT}
    spec = _range(label, help, (0, last), step=1, texts=list(texts), play=play)
    return Control("point", key, last if first is None else first, spec, _one_of(*range(last + 1)), parameter)


def curve(
    key: str,
    names: Sequence[str],
    places: Sequence[float],
    ends: tuple[float, float],
    step: float,
    ticks: Sequence[tuple[float, str]],
    texts: Mapping[str, str],
) -> Control:
    """Returns a curve to draw on an empty chart: numbers, called "curve", or None before it is drawn.

    names, places: of the values across, places from 0 to 1. ends, step, ticks: of the axis that goes up.
    texts: label, help, title (of the axis across), hint, nothing (is drawn), of {place}, says {value}.
    """
    one = _number(*ends)

    def read(value: Any) -> list[float] | None:
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != len(names):
            raise ValueError(value)
        return [one(each) for each in value]

    spec = {
        "kind": "curve",
        "x": [{"name": name, "place": place} for name, place in zip(names, places, strict=True)],
        "y": {"from": ends[0], "to": ends[1], "step": step, "ticks": [list(tick) for tick in ticks]},
    }
    return Control("curve", key, None, {**spec, **texts}, read)


def stops(
    name: str, values: Sequence[float], default: float, texts: Sequence[str], label: str, help: str
) -> Control:
    """Returns values that stand equally far from each other, such as 100, 200, 500; key: as its name."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or value not in values:
            raise ValueError(value)
        return values[values.index(value)]

    ends = (values[0], values[-1])
    spec = _range(label, help, ends, scale="stops", stops=list(values), texts=list(texts))
    return Control(name, name, default, spec, read)


def switch(
    name: str, key: str, default: bool, label: str, help: str, parameter: Parameter | None = None
) -> Control:
    """Returns a control that is on or off."""
    spec = {"kind": "switch", "label": label, "help": help}
    return Control(name, key, default, spec, _one_of(False, True), parameter)


def choice(
    name: str, key: str, options: Mapping[str, str], label: str, help: str, parameter: Parameter | None = None
) -> Control:
    """Returns a choice of one code. options: code → what it is called; the first is the default."""
    named = [{"code": code, "name": name} for code, name in options.items()]
    spec = {"kind": "choice", "label": label, "help": help, "options": named}
    return Control(name, key, next(iter(options)), spec, _one_of(*options), parameter)


def _range(label: str, help: str, ends: tuple[float, float], **spec: Any) -> dict[str, Any]:
    said = {"kind": "range", "label": label, "help": help, "scale": "linear"}
    return {**said, "lowest": ends[0], "highest": ends[1], **spec}


def _number(lowest: float, highest: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not lowest <= value <= highest:
            raise ValueError(value)
        return float(value)

    return read


def _one_of(*values: Any) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        for each in values:
            if type(value) is type(each) and value == each:
                return each
        raise ValueError(value)

    return read
