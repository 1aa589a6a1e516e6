"""What is said of a run's two students: with one seed, with several, and beside another setting's.

A single run never says that the teacher helps.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any

from kd.text.study_words import (
    after,
    decimals,
    difference,
    judged_words,
    p_value_words,
    repeats_words,
    rounded,
    signed,
    trained,
    unknown,
)
from kd.text.translation import N_, _, ngettext, numeral
from kd.text.words import listing, sentence_case

_EQUAL_STUDENTS = N_(
    "At α = 1, the teacher has no part in the loss, so both students are the same by construction."
)
_ONCE = {
    "ahead": N_("This run's distilled student is {points} percentage points ahead of scratch."),
    "behind": N_("This run's distilled student is {points} percentage points behind scratch."),
}
_NOT_SHOWN_ONCE = {
    "ahead": N_("No difference shown in this run: distilled is {points} percentage points ahead of scratch."),
    "behind": N_("No difference shown in this run: distilled is {points} percentage points behind scratch."),
    "equal": N_("No difference shown in this run: both students are right equally often."),
}


def headline(comparison: Mapping[str, Any], config: Any = None) -> str:
    """Says what a single run shows of its own two students, as another seed may show something else.

    comparison: of kd.analysis.evaluation.compare. config: None for a run of unknown length without a mistake.
    """
    code, gain = comparison["verdict"], comparison["difference"]
    if code == "no teacher":
        return _(_EQUAL_STUDENTS)
    side = "ahead" if gain > 0 else "behind" if gain < 0 else "equal"
    said = _(_ONCE.get(code, _NOT_SHOWN_ONCE[side]), points=rounded(abs(100 * gain)))
    return said if config is None else _of_run(said, config)


def evidence(comparison: Mapping[str, Any]) -> str:
    """Says what a headline rests on: the interval and the test of a single run."""
    return _(
        "On other test pictures, the difference between these two students is likely between {low} and "
        "{high} points (McNemar's test: {p_value}).",
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
        return _("This is one run: another repeat (seed) may give another difference.")
    differing = comparison["only_distilled_right"] + comparison["only_scratch_right"]
    if differing:
        return ngettext(
            "They start from the same weights and see the same batches: "
            "the {count} picture that only one of them gets right is due to rounding.",
            "They start from the same weights and see the same batches: "
            "the {count} pictures that only one of them gets right are due to rounding.",
            differing,
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


_NOT_SHOWN = N_("No difference shown: distilled minus scratch is likely {low} to {high} points ({seeds}).")
_NOT_SURE = N_(
    "Not sure enough for a verdict: distilled minus scratch is likely {low} to {high} points "
    "({seeds}, {p_value})."
)
_ALIKE = N_("No difference shown: distilled minus scratch is {points} points each time ({seeds}).")
_EQUAL = N_("No difference shown: both are right equally often each time ({seeds}).")
_SIDES = {
    "helps": N_("distilled is {points} percentage points ahead (likely {low} to {high}, {seeds})"),
    "hurts": N_("distilled is {points} percentage points behind (likely {low} to {high}, {seeds})"),
}
_FEW = N_("Distilled is {points} percentage points ahead on average over {seeds}; a verdict needs {first}.")
_FEW_BEHIND = N_(
    "Distilled is {points} percentage points behind on average over {seeds}; a verdict needs {first}."
)
_MEAN_AND_NEXT = N_("The mean of all {seeds} repeats is {points}; the next verdict needs {next}.")
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
    if row["judged_seeds"] and row["seeds"] > row["judged_seeds"] and not unknown(row["next_seeds"]):
        seeds, following = (numeral(int(row[name])) for name in ("seeds", "next_seeds"))
        mean = rounded(difference(row))
        words += " " + _(_MEAN_AND_NEXT, seeds=seeds, points=mean, next=following)
    return _of_run(words, config)


def _of_seeds(row: Mapping[str, Any], config: Any) -> str:
    code, digits, seeds = row["verdict"], decimals(row), judged_words(row)
    if code == "not judged yet":
        mean = difference(row)
        return _(
            _FEW_BEHIND if mean < 0 else _FEW,
            points=rounded(abs(mean)),
            seeds=repeats_words(int(row["seeds"])),
            first=int(row["next_seeds"]),
        )
    low, high = row["low"], row["high"]
    if code in _SIDES:
        middle = difference(row) if row["seeds"] == row["judged_seeds"] else (low + high) / 2
        if code == "hurts":
            low, high = -high, -low
        points, low, high = (rounded(number, digits) for number in (abs(middle), low, high))
        found = _(_SIDES[code], points=points, low=low, high=high, seeds=seeds)
        if config.makes_mistake:
            return _("{found}.", found=sentence_case(found))
        so = sentence_case(_what_follows(config, behind=code == "hurts"))
        return _("{so}: {found}.", found=found, so=so)
    if math.isnan(low):
        said = _ALIKE if row["difference"] else _EQUAL
        return _(said, points=rounded(difference(row), digits), seeds=seeds)
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
        "Paired t-test over {seeds}, with chance in the test pictures counted in: {p_value}.",
        seeds=judged_words(row),
        p_value=p_value_words(row["p"]),
    )


def seeds_words(differences: Mapping[int, float]) -> str:
    """Reads out the difference of each seed, for readers who do not see the dots, from seed → points."""
    each = ", ".join(f"{seed}: {rounded(points)}" for seed, points in sorted(differences.items()))
    return _("Distilled minus scratch in points, seed by seed. {each}.", each=each)


def covers(config: Any, varied: Collection[str] = ()) -> str:
    """Says in three sentences what the interval over seeds of a RunConfig covers. varied: other fields."""
    images, fixed = _("the training images"), []
    drawn = [_("the initial weights"), _("the order of the images")]
    if config.pictures == "drawn" and not config.sees_all_images:
        drawn.insert(0, images)
    else:
        fixed.append(images)
    if config.learns_from_teacher and config.teacher == "fresh":
        drawn.append(_("the teacher"))
    elif config.learns_from_teacher:
        fixed.append(_("the included teacher") if config.has_included_teacher else _("the teacher"))
    if "data" not in varied:
        fixed.append(config.data_name)
    said = [
        _("New in each repeat: {things}.", things=listing(drawn)),
        _("Also allowed for: chance in which pictures are in the test set."),
        _("Always the same: {things}.", things=listing(fixed)) if fixed else "",
    ]
    return " ".join(filter(None, said))


_AHEAD = {
    "ahead": N_("{second} is {points} points ahead of {first} (likely {low} to {high})."),
    "behind": N_("{second} is {points} points behind {first} (likely {low} to {high})."),
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
    points, low, high, digits = found["difference"], found["low"], found["high"], decimals(found)
    if found["verdict"] == "not judged yet":
        return _(
            "{second} minus {first} is {points} points on average over {seeds}: too few for a verdict.",
            **names,
            points=signed(points),
            seeds=repeats_words(len(found["seeds"])),
        )
    if found["verdict"] in _AHEAD:
        if found["verdict"] == "behind":
            points, low, high = -points, -high, -low
        numbers = {"points": points, "low": low, "high": high}
        said = {name: rounded(number, digits) for name, number in numbers.items()}
        return _(_AHEAD[found["verdict"]], **names, **said)
    if math.isnan(low):
        return _(
            "No difference shown: {second} minus {first} is {points} points each time.",
            **names,
            points=signed(points, digits),
        )
    return _(
        "No difference shown: {second} minus {first} is likely {low} to {high} points.",
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
                "Distilled students compared repeat by repeat: {seeds}.",
                seeds=repeats_words(len(seeds)),
            )
        return _(
            "Distilled students compared repeat by repeat ({seeds}); paired t-test: {p_value}.",
            seeds=judged_words({"seeds": len(seeds), "judged_seeds": found["judged_seeds"]}),
            p_value=p_value_words(found["p"]),
        )
    if not found["test"]:
        return ""
    test = p_value_words(found["p"])
    if len(seeds) > 1:
        return _(
            "Distilled students of seeds {first} and {second} on the same test pictures (McNemar's "
            "test: {p_value}). With different seeds, some of the difference is luck.",
            first=seeds[0],
            second=seeds[1],
            p_value=test,
        )
    return _(
        "Distilled students of seed {seed} on the same test pictures (McNemar's test: {p_value}). "
        "Another seed may give another difference.",
        seed=seeds[0],
        p_value=test,
    )


def courses_words(ends: Mapping[str, tuple[int, float]]) -> str:
    """Reads out where several settings' curves end. ends: name → last epoch and its accuracy."""
    each = ", ".join(
        _(
            "{name}: {value} after epoch {epoch}",
            name=name,
            value=f"{numeral(100 * value, '.2f')}\u00a0%",
            epoch=epoch,
        )
        for name, (epoch, value) in ends.items()
    )
    return _("Test accuracy of the distilled students by epoch. {each}.", each=each)
