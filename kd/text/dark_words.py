"""Dark knowledge in sentences."""

from __future__ import annotations

from kd.text.translation import _
from kd.text.words import listing, percent

# Below this ratio two pulls are called about equally hard.
_EQUALLY_HARD = 1.5

SoftTarget = tuple[tuple[int, float], tuple[tuple[int, float], ...], tuple[int, float] | None, float]
"""The answer, the others worth naming, the runner-up and the entropy: kd.analysis.opinions.SoftTarget."""

Pull = tuple[float, float, int, int]
"""How hard label and teacher pull, and the classes up and down: kd.analysis.pull.Pull."""


def soft_target_sentence(target: SoftTarget, temperature: float, label: int | None = None) -> str:
    """What the teacher says at this temperature, in two or three sentences.

    Args:
        target: what stands out in its soft target.
        temperature: T.
        label: the true class, if it is known.
    """
    (digit, share), others, runner_up, bits = target
    said = {"temperature": f"{temperature:g}", "digit": digit, "share": percent(share)}
    if others:
        words = _(
            "At T = {temperature}, the teacher says {digit} ({share}) and also {others}.",
            others=listing([_named(*other) for other in others]),
            **said,
        )
    elif runner_up is not None:
        words = _(
            "At T = {temperature}, the teacher says {digit} ({share}); next comes {other}.",
            other=_named(*runner_up),
            **said,
        )
    else:
        words = _("At T = {temperature}, the teacher says {digit} ({share}).", **said)
    words += " " + _("That is {bits} bits of doubt.", bits=f"{bits:.2f}")
    if label is not None and label != digit:
        words += " " + _("The label says {label}.", label=label)
    return words


def _named(digit: int, share: float) -> str:
    return f"{digit} ({percent(share)})"


def pull_sentence(pull: Pull) -> str:
    """Whether the label or the teacher pulls harder on the student, and where to."""
    label, teacher, up, down = pull
    if not label and not teacher:
        return _("Nothing pulls: the student already says what it is told.")
    if not teacher:
        return _("Only the label pulls: it pulls {up} up most and pushes {down} down most.", up=up, down=down)
    if not label:
        return _(
            "Only the teacher pulls: it pulls {up} up most and pushes {down} down most.", up=up, down=down
        )
    harder, softer = max(label, teacher), min(label, teacher)
    if harder < _EQUALLY_HARD * softer:
        strengths = _("The label and the teacher pull about equally hard.")
    else:
        ratio = harder / softer
        times = f"{ratio:.0f}" if ratio >= 9.95 else f"{ratio:.1f}"
        strengths = (
            _("The teacher pulls {times} times as hard as the label.", times=times)
            if teacher > label
            else _("The label pulls {times} times as hard as the teacher.", times=times)
        )
    direction = _("Together they pull {up} up most and push {down} down most.", up=up, down=down)
    return f"{strengths} {direction}"
