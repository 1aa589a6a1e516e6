"""What an experiment shows and how it is made, in words: each sentence with a number is made of a finding.

Takes what kd.studies.experiments has: codes and numbers, and words marked for translation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from kd.text import study_words
from kd.text.study_words import axis_value, decimals, number_of_seeds, rounded
from kd.text.translation import N_, _, ngettext
from kd.text.words import count, duration, sentence_case

AGREES, DISAGREES, CANNOT_TELL, NOT_YET = "agrees", "disagrees", "cannot tell", "not judged yet"

_VERDICTS = {
    AGREES: N_("agrees"),
    DISAGREES: N_("disagrees"),
    CANNOT_TELL: N_("cannot tell"),
    NOT_YET: N_("not judged yet"),
}
_AGAINST_PAPER = {
    AGREES: N_("This agrees with the paper."),
    DISAGREES: N_("This disagrees with the paper. {differs}"),
    CANNOT_TELL: N_("Whether this agrees with the paper, {seeds} cannot tell."),
    NOT_YET: N_("Whether this agrees with the paper is not judged yet."),
}
_AGAINST_GUESS = {
    AGREES: N_("You guessed “{guess}”, and so it is: {found}."),
    DISAGREES: N_("You guessed “{guess}”, and it is not: {found}."),
    CANNOT_TELL: N_("You guessed “{guess}”, and {seeds} cannot tell: {found}."),
    NOT_YET: N_("You guessed “{guess}”. That is not judged yet: {found}."),
}
_AGAINST_CURVE = {
    AGREES: N_("Your curve is right: everywhere within {tolerance} of what came out."),
    DISAGREES: N_("Your curve is off: within {tolerance} in {right} of {places} places, and most {where}."),
    CANNOT_TELL: N_(
        "Your curve may be right: within {tolerance} in {right} of {places} places, and nowhere surely off."
    ),
    NOT_YET: N_("Your curve is not judged yet."),
}
_UNITS = {
    "points": N_("{number} points"),
    "percent": N_("{number}\u00a0%"),
    "nats": N_("{number} nats"),
    "parameters": N_("{number} parameters"),
    "": N_("{number}"),
}
FIRST_VERDICT = 5
"""With how many seeds something is judged for the first time."""
_WHEN = {"short": N_("after {steps} steps"), "long": N_("trained out ({steps} steps)")}
_BEFORE = {AGREES: N_("{when}, it would have been right"), DISAGREES: N_("{when}, it would have been wrong")}
_UNDECIDED = N_("{when}, it could not have been told")

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


def verdict_word(verdict: str) -> str:
    """Says in a word or two whether something is as it was expected."""
    return _(_VERDICTS[verdict])


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
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else text


def finding_words(found: Found) -> str:
    """Returns a finding with its interval: '+6.5 points (95 % between +5.9 and +7.1, 5 seeds)'."""
    if not found.seeds:
        return _("not known yet")
    digits = _digits(found)
    mean, seeds = number_words(found.mean, found.unit, digits), number_of_seeds(found.seeds)
    if math.isnan(found.low):
        if found.seeds < FIRST_VERDICT:
            return _("{mean} so far ({seeds}: not judged yet)", mean=mean, seeds=seeds)
        return _("{mean} ({seeds} that are all alike)", mean=mean, seeds=seeds)
    low, high = (bare(end, found.unit, digits) for end in (found.low, found.high))
    return _("{mean} (95 % between {low} and {high}, {seeds})", mean=mean, low=low, high=high, seeds=seeds)


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
    interval = _("{low} to {high}", low=low, high=high)
    if undecided:
        interval = _("{percent}\u00a0%: {interval}", percent=f"{100 * found.confidence:g}", interval=interval)
    sentence = {"below": says.below, "neither": says.neither}.get(taken) or says.above
    value = bare(abs(found.mean), found.unit, digits, signed=False)
    return sentence_case(_(sentence, value=value, interval=interval, **_names(says)))


def paper_words(quote: str, section: str, figure: str) -> str:
    """Quotes the paper: “its own words” (section 3), and its figures; section and figure are translated."""
    own = _("“{quote}” ({section})", quote=quote, section=section) if quote else section
    return "; ".join(filter(None, (own, figure)))


def claim_words(found: Found, verdict: str, differs: str = "") -> str:
    """Says what came out of a claim, and whether it agrees with the paper. differs: translated."""
    judged = _(_AGAINST_PAPER[verdict], differs=differs, seeds=_these(found.seeds)).strip()
    return f"{sentence_case(finding_words(found))}. {judged}"


def guess_words(guess: str, label: str, found: Found, verdict: str) -> str:
    """Says what became of a guess. guess: the answer chosen; label: what the finding is; both translated."""
    said = _("{label} {found}", label=label, found=finding_words(found))
    return _(_AGAINST_GUESS[verdict], guess=guess, found=said, seeds=_these(found.seeds))


def curve_words(verdict: str, places: Sequence[Mapping[str, Any]], tolerance: float, unit: str) -> str:
    """Says what became of a curve that was drawn; places: of `judged_curve`, with each x in words."""
    furthest = max(places, key=lambda place: abs(place["off"]))
    return _(
        _AGAINST_CURVE[verdict],
        tolerance=number_words(tolerance, unit, signed=False),
        right=sum(place["verdict"] == AGREES for place in places),
        places=len(places),
        where=_off(furthest, unit),
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
        count=runs,
    )


def _off(place: Mapping[str, Any], unit: str) -> str:
    by = number_words(abs(place["off"]), unit, signed=False)
    if place["off"] > 0:
        return _("too high at {x}, by {by}", x=place["x"], by=by)
    return _("too low at {x}, by {by}", x=place["x"], by=by)


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


def _these(number: int) -> str:
    return ngettext("{count} seed alone", "these {count} seeds", number, count=f"{number:,}")


def when_words(length: str, steps: tuple[int, int]) -> str:
    """Returns a length as within a sentence: 'after 640 steps', 'trained out (2,000 to 9,500 steps)'."""
    fewest, most = (f"{each:,}" for each in steps)
    said = fewest if fewest == most else _("{fewest} to {most}", fewest=fewest, most=most)
    return _(_WHEN[length], steps=said)


def told(says: Mapping[str, Says], found: Mapping[str, Mapping[str, Found]]) -> dict[str, str]:
    """Says what came out at each known length, the last one first; of the others only what was otherwise.

    found: length → code → finding.
    """
    known = {
        length: {code: text for code, each in findings.items() if (text := saying(says[code], each))}
        for length, findings in reversed([*found.items()])
    }
    said = {length: [*texts.values()] for length, texts in known.items() if texts}
    for length in [*said][1:]:
        last = found[next(iter(said))]
        so = [code for code in known[length] if _alike(says[code], found[length][code], last.get(code))]
        others = [text for code, text in known[length].items() if code not in so]
        said[length] = [
            *others,
            *([_("The rest was so, too.") if others else _("It was so, too.")] if so else []),
        ]
    return {length: " ".join(texts) for length, texts in said.items()}


def _alike(says: Says, one: Found, other: Found | None) -> bool:
    """Returns whether a sentence takes the same side in both."""
    if other is None or math.isnan(one.low) or math.isnan(other.low):
        return False
    return side(one, says.at) == side(other, says.at)


def before_words(when: str, verdict: str, finding: str) -> str:
    """Says what a guess would have been at another length; finding: in words, empty where it is a curve."""
    said = sentence_case(_(_BEFORE.get(verdict, _UNDECIDED), when=when))
    return _("{said}: {finding}.", said=said, finding=finding) if finding else f"{said}."


def late_words(late: tuple[float, float, float]) -> str:
    """Says what the end of the long training changes; late: mean, lowest, highest, NaN where not measured."""
    if math.isnan(late[0]):
        return ""
    mean, high = (number_words(each, "points", digits=2) for each in (late[0], late[2]))
    if mean == high:
        return _("The last fifth of the long training changes the gain by {mean}.", mean=mean)
    low = bare(late[1], "points", 2)
    return _(
        "The last fifth of the long training changes the gain by {mean} on average, in the settings by "
        "{low} to {high}.",
        mean=mean,
        low=low,
        high=high,
    )
