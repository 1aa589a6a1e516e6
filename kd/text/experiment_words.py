"""What an experiment shows and how it is made, in words: each sentence with a number is made of a finding.

Takes what kd.studies.experiments has: codes and numbers, and words marked for translation.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from kd.text import study_words
from kd.text.study_words import axis_value, decimals, rounded
from kd.text.translation import N_, NC_, _, ngettext, numeral
from kd.text.words import count, duration, plain, sentence_case

AGREES, DISAGREES, CANNOT_TELL, NOT_YET = "agrees", "disagrees", "cannot tell", "not judged yet"

_OF_CLAIMS = {
    AGREES: N_("holds here"),
    DISAGREES: N_("does not hold here"),
    CANNOT_TELL: N_("not settled"),
    NOT_YET: N_("too few repeats"),
}
_OF_GUESSES = {**_OF_CLAIMS, AGREES: NC_("guess", "right"), DISAGREES: NC_("guess", "wrong")}
_UNITS = {
    "points": N_("{number} points"),
    "percent": N_("{number}\u00a0%"),
    "nats": N_("{number} nats"),
    "parameters": N_("{number} parameters"),
    "": N_("{number}"),
}
FIRST_VERDICT = 5
"""With how many seeds something is judged for the first time."""
_WHEN = {"short": N_("after {steps} steps"), "long": N_("after long training ({steps} steps)")}

Found: TypeAlias = Any
"""A finding: kd.studies.experiments.judging.Finding."""


@dataclass(frozen=True)
class Says:
    """How a finding is named, and told: a sentence for each side of `at`, and for an interval on both sides.

    Placeholders: {value}, the mean without its sign, {interval}, and those in `names`, as in the label. The
    sentence for above is that of all sides which have none; without any, the finding is only named.
    """

    label: str
    above: str = ""
    below: str = ""
    neither: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    at: float = 0.0


def verdict_word(verdict: str, of_guess: bool = False) -> str:
    """Says in a word or three whether a claim holds, or a guess is right."""
    return _((_OF_GUESSES if of_guess else _OF_CLAIMS)[verdict])


def number_words(number: float, unit: str, digits: int = 1, signed: bool = True) -> str:
    """Returns a number with its unit: '+6.5 points', '98.6 %', '20.5 k parameters', '3.1 times'."""
    if math.isnan(number):
        return "–"
    return _(_UNITS[unit], number=bare(number, unit, digits, signed))


def place_words(value: Any, names: Mapping[str, str]) -> str:
    """Returns a value of the chart's axis or series in words; names: what some are called, by their text."""
    text = axis_value(value)
    if text in names:
        return _(names[text])
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return text
    return numeral(value) if isinstance(value, int) else plain(value)


def finding_words(found: Found) -> str:
    """Returns a finding with its interval: '+6.5 points (likely +5.9 to +7.1, 5 repeats)'."""
    if not found.seeds:
        return _("not known yet")
    digits = _digits(found)
    mean = number_words(found.mean, found.unit, digits)
    repeats = study_words.repeats_words(found.seeds)
    if math.isnan(found.low):
        if found.seeds < FIRST_VERDICT:
            return _("{mean} so far ({repeats})", mean=mean, repeats=repeats)
        return _("{mean} ({repeats} that are all alike)", mean=mean, repeats=repeats)
    ends = found.low, found.high
    if found.unit == "percent":
        ends = max(found.low, 0.0), min(found.high, 100.0)  # no share is beyond
    low, high = (bare(end, found.unit, digits) for end in ends)
    return _("{mean} (likely {low} to {high}, {repeats})", mean=mean, low=low, high=high, repeats=repeats)


def side(found: Found, at: float = 0.0) -> str:
    """Returns on which side of a number a finding's interval is: "above", "below" or "neither"."""
    low, high = found.sure
    if low > at:
        return "above"
    return "below" if high < at else "neither"


def label_words(says: Says) -> str:
    """Says what a finding is, as within a sentence."""
    return _(says.label, **_names(says))


def _names(says: Says) -> dict[str, str]:
    return {name: _(words) for name, words in says.names.items()}


def saying(says: Says, found: Found) -> str:
    """Returns the sentence that a finding bears out; empty where it has none, or nothing is known yet."""
    if not found.seeds or not says.above:
        return ""
    if math.isnan(found.low):
        return _("{label}: {found}.", label=sentence_case(label_words(says)), found=finding_words(found))
    taken, digits = side(found, says.at), _digits(found)
    # beside “less”, a difference has no sign, and its ends change places
    turned = taken == "below" and found.high < 0
    ends = (-found.high, -found.low) if turned else (found.low, found.high)
    undecided = taken == "neither" and says.neither
    if undecided:  # the interval that decides, for the usual one may be on one side
        ends = found.sure
    low, high = (bare(end, found.unit, digits, signed=taken == "neither") for end in ends)
    interval = _("likely {low} to {high}", low=low, high=high)
    if undecided:
        percent = numeral(100 * found.confidence, "g")
        interval = _("at {percent}\u00a0%, likely {low} to {high}", low=low, high=high, percent=percent)
    sentence = {"below": says.below, "neither": says.neither}.get(taken) or says.above
    value = bare(abs(found.mean), found.unit, digits, signed=False)
    return sentence_case(_(sentence, value=value, interval=interval, **_names(says)))


def paper_words(quote: str, section: str, figure: str) -> str:
    """Quotes the paper: “its own words” (section 3), and its figures, all of them translated."""
    own = _("“{quote}” ({section})", quote=quote, section=section) if quote else section
    return "; ".join(filter(None, (own, figure)))


def claim_words(found: Found, verdict: str, differs: str = "") -> str:
    """Says what came out of a claim, and whether it holds. differs: from the paper, translated."""
    said = _("{found}: {verdict}.", found=sentence_case(finding_words(found)), verdict=verdict_word(verdict))
    return f"{said} {differs}" if differs and verdict == DISAGREES else said


def guess_words(guess: str, found: Found) -> str:
    """Says what was guessed and what came out. guess: the answer chosen, translated."""
    return _("You guessed “{guess}”. It is {found}.", guess=guess, found=finding_words(found))


def curve_words(places: Sequence[Mapping[str, Any]], unit: str) -> str:
    """Says how much of a drawn curve is right; places: of `judged_curve`, with each x in words."""
    furthest = max(places, key=lambda place: abs(place["drawn"] - place["found"].mean))
    away = abs(furthest["drawn"] - furthest["found"].mean)
    return _(
        "You are in the likely range at {right} of {count} places, and furthest off, by {by}, at {x}.",
        right=sum(place["is_near"] for place in places),
        count=len(places),
        by=number_words(away, unit, signed=False),
        x=furthest["x"],
    )


def progress_words(status: str, done: int, runs: int, seconds_left: float) -> str:
    """Says how far an experiment is; status: of a kd.lab.experiments.ExperimentView."""
    if status == "not started":
        return _("Not started: it takes about {time}.", time=duration(seconds_left))
    return study_words.progress_words(status, done, runs, seconds_left, elsewhere=False)


def kept_words(done: int, runs: int) -> str:
    """Says what a command that was stopped leaves."""
    return ngettext(
        "{done} of {count} run is kept: the same command goes on from there.",
        "{done} of {count} runs are kept: the same command goes on from there.",
        runs,
        done=done,
    )


def bare(number: float, unit: str, digits: int, signed: bool = True) -> str:
    """Returns a number as `number_words` has it, without its unit."""
    if unit == "parameters":
        return count(round(number))
    return (study_words.signed if signed and unit == "points" else rounded)(number, digits)


def _digits(found: Found) -> int:
    """Returns how many decimals mean something."""
    if found.unit == "points":
        return decimals({"low": found.low, "high": found.high})
    return 2 if found.unit in ("nats", "") else 1


def when_words(length: str, steps: tuple[int, int]) -> str:
    """Returns a length as within a sentence: 'after 640 steps', 'after long training (2,000 steps)'."""
    fewest, most = (numeral(each) for each in steps)
    said = fewest if fewest == most else _("{fewest} to {most}", fewest=fewest, most=most)
    return _(_WHEN[length], steps=said)


def headline(says: Says, found: Mapping[str, Found]) -> dict[str, str]:
    """Returns a sentence for the last length at which it is known, and for those that say otherwise.

    found: length → the finding.
    """
    said = {length: text for length, each in reversed([*found.items()]) if (text := saying(says, each))}
    last, *others = [*said] or [""]
    alike = [length for length in others if _alike(says, found[length], found[last])]
    return {length: text for length, text in said.items() if length not in alike}


def _alike(says: Says, one: Found, other: Found) -> bool:
    """Returns whether a sentence takes the same side in both."""
    if math.isnan(one.low) or math.isnan(other.low):
        return False
    return side(one, says.at) == side(other, says.at)


def late_words(late: tuple[float, float, float]) -> str:
    """Says what the end of the long training changes; late: mean, lowest, highest, NaN where not measured."""
    if math.isnan(late[0]):
        return ""
    mean, low, high = number_words(late[0], "points", 2), *(bare(each, "points", 2) for each in late[1:])
    said = _("Over the last fifth of the long training, the gain still changes by {mean}", mean=mean)
    return (
        f"{said}."
        if low == high
        else _("{said} ({low} to {high} by setting).", said=said, low=low, high=high)
    )
