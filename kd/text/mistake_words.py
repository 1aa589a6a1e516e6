"""What loss, gradient and accuracy say of a mistake: each sentence follows from the numbers alone.

Takes what kd.studies.mistakes has: codes and numbers.
"""

import math

from kd.text.experiment_words import Found, side
from kd.text.study_words import MINUS, rounded, signed
from kd.text.translation import N_, _, numeral
from kd.text.words import plain

# Of a loss that has fallen by less than this share of what it was, one says that it does not fall.
_HARDLY = 0.1
# In degrees: below the first a direction is the right one, from the second on it is a wrong one.
_SAME, _ACROSS = 15, 75
# A gradient that is so much longer or shorter is as long as it should be.
_AS_LONG = 0.15

_COURSES = {
    "below zero": N_(
        "The loss falls from {first} to {last}. No divergence or cross-entropy is below 0: the loss gives "
        "the mistake away."
    ),
    "stays": N_(
        "The loss hardly falls, from {first} to {last}; the right one falls from {right_first} to "
        "{right_last}."
    ),
    "alike": N_("The loss falls from {first} to {last}, nearly as the right one does."),
    "falls": N_(
        "The loss falls from {first} to {last}, and looks healthy. The right one falls from {right_first} to "
        "{right_last}."
    ),
}
_NO_GRADIENT = N_("The teacher's part has no gradient: the student learns from its labels alone.")
_DIRECTIONS = {
    "same": N_("the same way as the right one"),
    "off": N_("{angle}° away from the right one"),
    "wrong": N_("{angle}° away from the right one: nowhere near it"),
}
_LENGTHS = {
    "same": N_("The gradient is as long as it should be, and points {direction}."),
    "longer": N_("The gradient is {size} times as long as it should be, and points {direction}."),
    "shorter": N_("The gradient is {size} times shorter than it should be, and points {direction}."),
}
_TEACHERS_PART = N_("The teacher's part by itself points the right way, and is {size} times {compared}.")
_COMPARED = {"longer": N_("too long"), "shorter": N_("too short")}

_NOTICED = {
    "alone": N_("You would have noticed: it shows no gain over a student without a teacher."),
    "beside": N_("You would have noticed only beside the right one: alone, it looks like a success."),
    "not": N_(
        "Accuracy does not give it away: the difference from the right one may be 0 (at {percent}\u00a0%, "
        "likely {low} to {high} points)."
    ),
    "better": N_(
        "Accuracy does not give it away: it is {low} to {high} points higher than with the right one."
    ),
}


Losses = tuple[float, float]
"""kd.studies.mistakes.Course."""
Turned = tuple[float, float, float, float]
"""kd.studies.mistakes.Slope."""


def loss_words(wrong: Losses, right: Losses) -> str:
    """Says how the loss falls from the first epoch to the last one; empty where that is not known."""
    if any(math.isnan(value) for value in (*wrong, *right)):
        return ""
    names = ("first", "last", "right_first", "right_last")
    numbers = dict(zip(names, map(_number, (*wrong, *right)), strict=True))
    return _(_COURSES[_course(wrong, right)], **numbers)


def gradient_words(found: Turned) -> str:
    """Says how long the gradient is and where it points, and the same of the teacher's part."""
    size, cosine, teacher_size, teacher_cosine = found
    if teacher_size == 0:
        return _(_NO_GRADIENT)
    angle = _angle(cosine)
    towards = "same" if angle < _SAME else "off" if angle < _ACROSS else "wrong"
    direction = _(_DIRECTIONS[towards], angle=round(angle))
    times, length = _length(size)
    sentences = [_(_LENGTHS[length], size=times, direction=direction)]
    teacher_times, teacher_length = _length(teacher_size)
    if towards != "same" and _angle(teacher_cosine) < 1 and teacher_length != "same":
        sentences.append(_(_TEACHERS_PART, size=teacher_times, compared=_(_COMPARED[teacher_length])))
    return " ".join(sentences)


def noticed_words(difference: Found, gain: Found) -> str:
    """Says whether the accuracy gives the mistake away; "" where it is not known.

    difference: from the right students. gain: over the scratch students.
    """
    if math.isnan(difference.low):
        return ""
    taken = side(difference)
    code = "better" if taken == "above" else "not"
    if taken == "below":
        code = "beside" if side(gain) == "above" else "alone"
    if code == "not":
        low, high = (signed(end, 1) for end in difference.sure)
    else:
        low, high = rounded(difference.low, 1), rounded(difference.high, 1)
    return _(_NOTICED[code], low=low, high=high, percent=numeral(100 * difference.confidence, "g"))


def _course(wrong: Losses, right: Losses) -> str:
    """Returns a key of _COURSES."""
    first, last = wrong
    if last < 0:
        return "below zero"
    if last > (1 - _HARDLY) * first:
        return "stays"
    alike = all(math.isclose(*pair, rel_tol=_HARDLY) for pair in zip(wrong, right, strict=True))
    return "alike" if alike else "falls"


def _angle(cosine: float) -> float:
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))


def _length(size: float) -> tuple[str, str]:
    """Returns how many times longer or shorter something is, and which of the two."""
    if abs(size - 1) < _AS_LONG:
        return "", "same"
    return (_number(size), "longer") if size > 1 else (_number(1 / size), "shorter")


def _number(value: float) -> str:
    """Writes a number with as many digits as mean something: 42, 3.4, 0.25, 0.0006."""
    if 0 < abs(value) < 0.095:
        return plain(float(f"{value:.1g}")).replace("-", MINUS)
    digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
    return rounded(value, digits)
