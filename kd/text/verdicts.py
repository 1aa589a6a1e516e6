"""What is said of a run's two students: with one seed, with several, and beside another setting's.

A single run never says that the teacher helps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kd.text.study_words import (
    after,
    decimals,
    judged_words,
    p_value_words,
    rounded,
    signed,
    trained,
    unknown,
)
from kd.text.translation import N_, _, ngettext
from kd.text.words import listing

_EQUAL_STUDENTS = N_(
    "At α = 1, the teacher has no part in the loss, so both students are the same by construction."
)
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


def headline(comparison: Mapping[str, Any], config: Any = None) -> str:
    """Says what a single run shows of its own two students, as another seed may show something else.

    comparison: of kd.analysis.evaluation.compare. config: None for a run of unknown length without a mistake.
    """
    code, difference = comparison["verdict"], comparison["difference"]
    if code == "no teacher":
        return _(_EQUAL_STUDENTS)
    side = "ahead" if difference > 0 else "behind" if difference < 0 else "equal"
    said = _(_ONCE.get(code, _NOT_SHOWN_ONCE[side]), points=rounded(abs(100 * difference)))
    return said if config is None else _of_run(said, config)


def evidence(comparison: Mapping[str, Any]) -> str:
    """Says what a headline rests on: the interval and the test of a single run."""
    return _(
        "Of the two students of this run, the 95 % interval over the 10,000 test pictures is {low} to {high} "
        "points; McNemar {p_value}.",
        low=rounded(100 * comparison["low"]),
        high=rounded(100 * comparison["high"]),
        p_value=p_value_words(comparison["p_value"]),
    )


def verdict_sentence(comparison: Mapping[str, Any], config: Any = None) -> str:
    """Says the headline of a single run with its evidence. Arguments: as for `headline`."""
    said = headline(comparison, config)
    return said if comparison["verdict"] == "no teacher" else f"{said} {evidence(comparison)}"


def verdict_note(comparison: Mapping[str, Any]) -> str:
    """Says what the verdict on a single run does not cover. comparison: as for `headline`."""
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


def with_mistake(verdict: str, config: Any) -> str:
    """Adds to a verdict on a run the mistake that the run makes on purpose, if it makes one."""
    if not config.makes_mistake:
        return verdict
    label = config.objective_values().label
    return " ".join([verdict, _("This run makes a mistake on purpose: {mistake}.", mistake=_(label))])


def _of_run(said: str, config: Any) -> str:
    return with_mistake(after(trained(config), said), config)


_NOT_SHOWN = N_("No difference shown: distilled minus scratch is {low} to {high} points over {seeds}.")
_NOT_SURE = N_(
    "No difference shown: distilled minus scratch is {low} to {high} points over {seeds}, "
    "not sure enough for a verdict ({p_value})."
)
_ALIKE = N_("No difference shown: distilled minus scratch is {points} points, seed by seed ({seeds}).")
_EQUAL = N_("No difference shown: both are right equally often, seed by seed ({seeds}).")
_SIDES = {
    "helps": N_("Distilled is ahead by {points} points ({low} to {high} over {seeds})"),
    "hurts": N_("Distilled is behind by {points} points ({low} to {high} over {seeds})"),
}
_MEAN = N_("The mean of all {seeds} is {points}.")
_MEAN_AND_NEXT = N_("The mean of all {seeds} is {points}, not judged yet: next at {next}.")
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
}


def surer_headline(row: Mapping[str, Any], config: Any) -> str:
    """Says what several seeds show. row: of kd.studies.verdicts.verdicts; config: any seed's RunConfig."""
    words = _of_seeds(row, config)
    if row["judged_seeds"] and row["seeds"] > row["judged_seeds"]:
        numbers = {"seeds": f"{int(row['seeds']):,}", "points": rounded(row["difference"])}
        if not unknown(row["next_seeds"]):
            numbers["next"] = f"{int(row['next_seeds']):,}"
        words += " " + _(_MEAN_AND_NEXT if "next" in numbers else _MEAN, **numbers)
    return _of_run(words, config)


def _of_seeds(row: Mapping[str, Any], config: Any) -> str:
    code, digits, seeds = row["verdict"], decimals(row), judged_words(row)
    if code == "not judged yet":
        return _(
            "Not judged yet: distilled minus scratch is {points} points on average over {count} seeds; "
            "the first verdict comes with {first}.",
            points=rounded(row["difference"]),
            count=int(row["seeds"]),
            first=int(row["next_seeds"]),
        )
    low, high = row["low"], row["high"]
    if code in _SIDES:
        middle = (low + high) / 2
        if code == "hurts":
            low, high = -high, -low
        points, low, high = (rounded(number, digits) for number in (abs(middle), low, high))
        found = _(_SIDES[code], points=points, low=low, high=high, seeds=seeds)
        if config.makes_mistake:
            return _("{found}.", found=found)
        return _("{found}: {so}.", found=found, so=_what_follows(config, behind=code == "hurts"))
    if math.isnan(low):
        said = _ALIKE if row["difference"] else _EQUAL
        return _(said, points=rounded(row["difference"], digits), seeds=seeds)
    return _(
        _NOT_SURE if low > 0 or high < 0 else _NOT_SHOWN,
        low=rounded(low, digits),
        high=rounded(high, digits),
        seeds=seeds,
        p_value=p_value_words(row["p"]),
    )


def _what_follows(config: Any, behind: bool) -> str:
    if config.alpha == 1:
        return _("not its teacher's doing at α = 1")
    return _(_SO["teacher" if config.learns_from_teacher else "objective", config.baseline][behind])


def evidence_of_seeds(row: Mapping[str, Any]) -> str:
    """Says what test several seeds were given; "" where there is none. row: as for `surer_headline`."""
    if math.isnan(row["p"]):
        return ""
    return _(
        "Over {seeds}, the paired t-test, with the test pictures taken into account, gives {p_value}.",
        seeds=judged_words(row),
        p_value=p_value_words(row["p"]),
    )


def seeds_words(differences: Mapping[int, float]) -> str:
    """Reads out the difference of each seed, for readers who do not see the dots, from seed → points."""
    each = ", ".join(f"{seed}: {rounded(points)}" for seed, points in sorted(differences.items()))
    return _("Distilled minus scratch in points, seed by seed. {each}.", each=each)


def covers(config: Any) -> str:
    """Says in three sentences what the interval over seeds of a RunConfig covers."""
    images, fixed = _("the training images"), []
    drawn = [_("the initial weights"), _("the order of the images")]
    if config.pictures == "drawn" and config.train_size < 60_000:
        drawn.insert(0, images)
    else:
        fixed.append(images)
    if config.learns_from_teacher and config.teacher == "fresh":
        drawn.append(_("the teacher"))
    elif config.learns_from_teacher:
        fixed.append(_("the included teacher"))
    return " ".join(
        [
            _("Drawn anew with each seed: {things}.", things=listing(drawn)),
            _("Taken into account: which pictures are in the test set."),
            _("Fixed: {things}.", things=listing([*fixed, "MNIST"])),
        ]
    )


_AHEAD = {
    "ahead": N_("{second} is ahead of {first} by {points} points ({low} to {high})."),
    "behind": N_("{second} is behind {first} by {points} points ({low} to {high})."),
}


def between_words(first: str, second: str, found: Mapping[str, Any]) -> str:
    """Says what sets two settings' distilled students apart. found: kd.lab.comparison.Between by name."""
    names = {"first": first, "second": second}
    if found["verdict"] == "unpaired":
        return _(
            "{first} and {second} have no seed in common, so their students make no pairs: "
            "train both with the same seeds to compare them.",
            **names,
        )
    difference, low, high, digits = found["difference"], found["low"], found["high"], decimals(found)
    if found["verdict"] == "not judged yet":
        return _(
            "Not judged yet: {second} minus {first} is {points} points on average.",
            **names,
            points=signed(difference),
        )
    if found["verdict"] in _AHEAD:
        if found["verdict"] == "behind":
            difference, low, high = -difference, -high, -low
        points, low, high = (rounded(number, digits) for number in (difference, low, high))
        return _(_AHEAD[found["verdict"]], **names, points=points, low=low, high=high)
    if math.isnan(low):
        return _(
            "No difference shown: {second} minus {first} is {points} points with each seed.",
            **names,
            points=signed(difference, digits),
        )
    return _(
        "No difference shown: {second} minus {first} is {low} to {high} points.",
        **names,
        low=signed(low, digits),
        high=signed(high, digits),
    )


def between_evidence(found: Mapping[str, Any]) -> str:
    """Says what `between_words` rests on; "" where there is no test."""
    seeds = found["seeds"]
    if found["test"] == "paired t":
        if math.isnan(found["p"]):
            return _(
                "Distilled students in pairs over {count} seeds, which do not say more.",
                count=f"{len(seeds):,}",
            )
        return _(
            "Distilled students in pairs over {seeds}; paired t-test {p_value}.",
            seeds=judged_words({"seeds": len(seeds), "judged_seeds": found["judged_seeds"]}),
            p_value=p_value_words(found["p"]),
        )
    if not found["test"]:
        return ""
    test = p_value_words(found["p"])
    if len(seeds) > 1:
        return _(
            "Distilled students of seeds {first} and {second} on the same 10,000 test pictures; McNemar "
            "{p_value}. With different seeds, some of the difference is luck.",
            first=seeds[0],
            second=seeds[1],
            p_value=test,
        )
    return _(
        "Distilled students of seed {seed} on the same 10,000 test pictures; McNemar {p_value}. "
        "Another seed may give another difference.",
        seed=seeds[0],
        p_value=test,
    )


def courses_words(ends: Mapping[str, tuple[int, float]]) -> str:
    """Reads out where several settings' curves end. ends: name → last epoch and its accuracy."""
    each = ", ".join(
        _("{name}: {value} after epoch {epoch}", name=name, value=f"{100 * value:.2f}\u00a0%", epoch=epoch)
        for name, (epoch, value) in ends.items()
    )
    return _("Test accuracy of the distilled students by epoch. {each}.", each=each)
