"""The sentence above a run's chart: who is ahead, with one seed and with several, and what that rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kd.text.length_words import after, trained
from kd.text.study_words import decimals, judged_words, unknown
from kd.text.translation import N_, _
from kd.text.verdicts import EQUAL_STUDENTS, compared, p_value_words, with_mistake

MINUS = "−"

_ONCE = {
    "ahead": N_("This run's distilled student gets {points} points more right than scratch."),
    "behind": N_("This run's distilled student gets {points} points fewer right than scratch."),
}
_NOT_SHOWN_ONCE = {
    "ahead": N_(
        "No difference shown in this run: the distilled student gets {points} points more right than scratch."
    ),
    "behind": N_(
        "No difference shown in this run: the distilled student gets {points} points fewer right than "
        "scratch."
    ),
    "equal": N_("No difference shown in this run: both students are right equally often."),
}
_NOT_SHOWN = N_("No difference shown: distilled minus scratch is {low} to {high} points over {seeds}.")
_NOT_SURE = N_(
    "No difference shown: distilled minus scratch is {low} to {high} points over {seeds}, "
    "not sure enough for a verdict ({p_value})."
)
_SIDES = {
    "ahead": N_("Distilled is ahead by {points} points ({low} to {high} over {seeds}): {so}."),
    "behind": N_("Distilled is behind by {points} points ({low} to {high} over {seeds}): {so}."),
}
_MISTAKEN_SIDES = {
    "ahead": N_("Distilled is ahead by {points} points ({low} to {high} over {seeds})."),
    "behind": N_("Distilled is behind by {points} points ({low} to {high} over {seeds})."),
}
# What sets distilled apart, and what scratch learned from → what follows when it is ahead, and behind.
_SO = {
    ("teacher", "labels"): (N_("the teacher helps"), N_("the teacher does not help")),
    ("teacher", "label_smoothing"): (
        N_("the teacher helps more than smoothed labels"),
        N_("the teacher helps less than smoothed labels"),
    ),
    ("objective", "labels"): (N_("the objective helps"), N_("the objective does not help")),
    ("objective", "label_smoothing"): (
        N_("the objective helps more than smoothed labels"),
        N_("the objective helps less than smoothed labels"),
    ),
    ("nothing", "labels"): (N_("not its teacher's doing at α = 1"), N_("not its teacher's doing at α = 1")),
}


def headline(comparison: Mapping[str, Any], config: Any) -> str:
    """What a single run shows: of its own two students, as another seed may show something else.

    Args:
        comparison: codes and numbers, as kd.analysis.evaluation.compare returns them.
        config: the run's RunConfig.
    """
    code, difference = comparison["verdict"], comparison["difference"]
    if code == "no teacher":
        return _(EQUAL_STUDENTS)
    side = "ahead" if difference > 0 else "behind" if difference < 0 else "equal"
    said = _(_ONCE.get(code, _NOT_SHOWN_ONCE[side]), points=_points(abs(100 * difference), 2))
    return with_mistake(after(trained(config), said), config)


def surer_headline(row: Mapping[str, Any], config: Any) -> str:
    """What several seeds of a run show.

    Args:
        row: of kd.studies.verdicts.verdicts, with at least two seeds.
        config: the run's RunConfig, of any of these seeds.
    """
    words = _surer(row, compared(config))
    if row["judged_seeds"] and row["seeds"] > row["judged_seeds"]:
        words = " ".join([words, _so_far(row)])
    return with_mistake(after(trained(config), words), config)


def _so_far(row: Mapping[str, Any]) -> str:
    """What all seeds come to, between two stations."""
    numbers = {"seeds": f"{int(row['seeds']):,}", "points": _points(row["difference"], 2)}
    if unknown(row["next_seeds"]):
        return _("The mean of all {seeds} is {points}.", **numbers)
    return _(
        "The mean of all {seeds} is {points}, not judged yet: next at {next}.",
        **numbers,
        next=f"{int(row['next_seeds']):,}",
    )


def _surer(row: Mapping[str, Any], pair: tuple[str, str]) -> str:
    """pair: of `compared`."""
    code, digits, seeds = row["verdict"], decimals(row), judged_words(row)
    if code == "not judged yet":
        return _(
            "Not judged yet: distilled minus scratch is {points} points on average over {count} seeds; "
            "the first verdict comes with {first}.",
            points=_points(row["difference"], 2),
            count=int(row["seeds"]),
            first=int(row["next_seeds"]),
        )
    low, high = row["low"], row["high"]
    if code in ("helps", "hurts"):
        side, middle = "ahead" if code == "helps" else "behind", (low + high) / 2
        if side == "behind":
            low, high = -high, -low
        mistaken = pair[0] == "mistake"
        return _(
            _MISTAKEN_SIDES[side] if mistaken else _SIDES[side],
            points=_points(abs(middle), digits),
            low=_points(low, digits),
            high=_points(high, digits),
            seeds=seeds,
            so="" if mistaken else _(_SO[pair][side == "behind"]),
        )
    if math.isnan(low) and row["difference"] == 0:
        return _("No difference shown: both are right equally often, seed by seed ({seeds}).", seeds=seeds)
    if math.isnan(low):
        return _(
            "No difference shown: distilled minus scratch is {points} points, seed by seed ({seeds}).",
            points=_points(row["difference"], digits),
            seeds=seeds,
        )
    message = _NOT_SURE if low > 0 or high < 0 else _NOT_SHOWN
    return _(
        message,
        low=_points(low, digits),
        high=_points(high, digits),
        seeds=seeds,
        p_value=p_value_words(row["p"]),
    )


def evidence(comparison: Mapping[str, Any]) -> str:
    """The test and the interval of a single run, in a sentence. comparison: as for `headline`."""
    return _(
        "Of the two students of this run, the 95 % interval over the 10,000 test pictures is {low} to {high} "
        "points; McNemar {p_value}.",
        low=_points(100 * comparison["low"], 2),
        high=_points(100 * comparison["high"], 2),
        p_value=p_value_words(comparison["p_value"]),
    )


def evidence_of_seeds(row: Mapping[str, Any]) -> str:
    """The test of several seeds, in a sentence; empty where there is none. row: as for `surer_headline`."""
    if math.isnan(row["p"]):
        return ""
    return _(
        "Over {seeds}, the paired t-test, with the test pictures taken into account, gives {p_value}.",
        seeds=judged_words(row),
        p_value=p_value_words(row["p"]),
    )


def seeds_words(differences: Mapping[int, float]) -> str:
    """The differences of several seeds, for readers who do not see the dots. differences: seed → points."""
    each = ", ".join(f"{seed}: {_points(points, 2)}" for seed, points in sorted(differences.items()))
    return _("Distilled minus scratch in points, seed by seed. {each}.", each=each)


def _points(number: float, digits: int) -> str:
    text = f"{number:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)
