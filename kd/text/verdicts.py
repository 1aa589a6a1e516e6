"""What may be said of the two students of a single run, and what an interval over seeds covers.

It may never be said that the teacher helps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kd.text.translation import N_, _, ngettext

EQUAL_STUDENTS = N_(
    "At α = 1, the teacher has no part in the loss, so both students are the same by construction."
)
_MORE = N_(
    "In this run, the distilled student gets {points} more right ({low} to {high}; McNemar {p_value})."
)
_FEWER = N_(
    "In this run, the distilled student gets {points} fewer right ({low} to {high}; McNemar {p_value})."
)
_EQUAL = N_("In this run, both students are right equally often ({low} to {high}; McNemar {p_value}).")
_SLIGHTLY_MORE = N_(
    "No difference shown in this run: the distilled student gets {points} more right "
    "({low} to {high}; McNemar {p_value})."
)
_SLIGHTLY_FEWER = N_(
    "No difference shown in this run: the distilled student gets {points} fewer right "
    "({low} to {high}; McNemar {p_value})."
)


def verdict_sentence(comparison: Mapping[str, Any], config: Any = None) -> str:
    """One honest sentence on these two students.

    Args:
        comparison: codes and numbers, as kd.analysis.evaluation.compare returns them.
        config: the run's RunConfig; None for a run with a teacher, against plain labels.
    """
    code, difference = comparison["verdict"], comparison["difference"]
    low, high = comparison["low"], comparison["high"]
    if code == "behind":
        low, high = -high, -low
    if code == "no teacher":
        message = EQUAL_STUDENTS
    elif code in ("ahead", "behind"):
        message = {"ahead": _MORE, "behind": _FEWER}[code]
    elif difference == 0:
        message = _EQUAL
    else:
        message = _SLIGHTLY_MORE if difference > 0 else _SLIGHTLY_FEWER
    sentence = _(
        message,
        points=_points(abs(difference)),
        low=_number(low),
        high=_number(high),
        p_value=p_value_words(comparison["p_value"]),
    )
    return with_mistake(sentence, config)


def with_mistake(verdict: str, config: Any) -> str:
    """A verdict on a run, and what it must not be taken for: that of the method."""
    if config is None or not config.makes_mistake:
        return verdict
    label = config.objective_values().label
    return " ".join([verdict, _("This run makes a mistake on purpose: {mistake}.", mistake=_(label))])


def compared(config: Any) -> tuple[str, str]:
    """What sets distilled apart, and what scratch learned from: a key of what follows from either.

    The first is "teacher", "objective", "nothing", or "mistake", from which nothing follows.
    """
    if config is None:
        return "teacher", "labels"
    if config.makes_mistake:
        return "mistake", "labels"
    if config.alpha == 1:
        return "nothing", "labels"
    return "teacher" if config.learns_from_teacher else "objective", config.baseline


def verdict_note(comparison: Mapping[str, Any]) -> str:
    """What the verdict does not say, in a sentence or two. comparison: as for `verdict_sentence`."""
    if comparison["verdict"] != "no teacher":
        return _(
            "This is a single run: the interval and the p-value are about these two students alone, on other "
            "test pictures. Another seed may give another difference."
        )
    differing = comparison["only_distilled_right"] + comparison["only_scratch_right"]
    if differing:
        return ngettext(
            "They start from the same weights and see the same batches: "
            "the {count} picture that only one of them gets right is due to rounding.",
            "They start from the same weights and see the same batches: "
            "the {count} pictures that only one of them gets right are due to rounding.",
            differing,
            count=f"{differing:,}",
        )
    return _(
        "They start from the same weights and see the same batches, so another seed changes both alike. "
        "Lower α to let the teacher speak."
    )


def p_value_words(p_value: float) -> str:
    """'p < 0.001', 'p = 0.012' or 'p = 0.41': as many digits as mean something."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.3f}" if p_value < 0.1 else f"p = {p_value:.2f}"


def _points(fraction: float) -> str:
    """'0.75 points'; a difference too small to show is said to be one."""
    return (
        _("{number} points", number=_number(fraction)) if fraction >= 0.00005 else _("less than 0.01 points")
    )


def _number(fraction: float) -> str:
    """In percent with two decimals, as `kd.text.words.accuracy`: exact for 10,000 pictures."""
    text = f"{100 * fraction:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


_ALL_IMAGES = 60_000

_DRAWN = {
    True: N_(
        "Drawn anew with each seed: the training images, the initial weights, and the order of the images."
    ),
    False: N_("Drawn anew with each seed: the initial weights, and the order of the images."),
}
_DRAWN_TEACHER = {
    True: N_(
        "Drawn anew with each seed: the training images, the initial weights, the order of the images, and "
        "the teacher."
    ),
    False: N_("Drawn anew with each seed: the initial weights, the order of the images, and the teacher."),
}
_TAKEN_IN = N_("Taken into account: which pictures are in the test set.")
_FIXED = {
    (True, True): N_("Fixed: the included teacher, and MNIST."),
    (True, False): N_("Fixed: the training images, the included teacher, and MNIST."),
    (False, True): N_("Fixed: MNIST."),
    (False, False): N_("Fixed: the training images, and MNIST."),
}


def covers(config: Any) -> str:
    """What the interval over seeds of this setting covers, in three sentences. config: a RunConfig."""
    draws = draws_images(config)
    included = config.learns_from_teacher and config.teacher != "fresh"
    drawn = _DRAWN_TEACHER if config.learns_from_teacher and not included else _DRAWN
    return " ".join(map(_, (drawn[draws], _TAKEN_IN, _FIXED[included, draws])))


def draws_images(config: Any) -> bool:
    """Whether each seed has training images of its own."""
    return getattr(config, "pictures", "first") == "drawn" and config.train_size < _ALL_IMAGES
