"""Experiment: a question, a guess, a paper's claim, the studies that answer it, and what they come to.

It is run at two lengths, since what holds after a short training need not hold of a student that is trained
out. Its words are in English, marked for translation; a sentence that carries a number is made of findings
(kd/text/experiment_words.py), so that it says what came out and not what was hoped for. CONTRIBUTING.md says
how one is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from kd.base.fields import FieldSpec
from kd.base.unusable import Unusable
from kd.config import FIELDS, RunConfig
from kd.studies.experiments.judging import ABOVE_0, Expected, Finding, Quantity
from kd.studies.over_seeds import STATIONS
from kd.studies.study import Study, checked_seeds
from kd.text.experiment_words import Says, label_words
from kd.text.translation import N_, pgettext
from kd.text.words import quoted

if TYPE_CHECKING:
    import pandas as pd

Findings = dict[str, Finding]

RIGHT = N_("Right, in percent of the test images")
GAIN = N_("Gain over scratch, in percentage points")

SHORT, LONG = "short", "long"
"""How long students are trained: some epochs, and that times `Experiment.times`."""


@dataclass(frozen=True)
class Paper:
    """Where a claim is made. authors: with the year; section: of the paper; url: a page that has it."""

    authors: str
    section: str
    url: str


@dataclass(frozen=True)
class Part:
    """One study of an experiment. labels: further columns of its rows, the same in all of them."""

    study: Study
    labels: Mapping[str, Any] = field(default_factory=dict)


Plan = Callable[..., list[list[Part]]]
"""Gives the studies of an experiment for a number of seeds, how many times as long students are trained, and
the options chosen, in stages: the studies of a stage go on side by side, and may have models of an earlier
stage as teachers."""


@dataclass(frozen=True, kw_only=True)
class Outcome(Says):
    """One thing that an experiment finds, as it is told. of: what it is worked out of."""

    of: Quantity


@dataclass(frozen=True)
class Choice:
    """One answer that can be guessed, and where the finding is if it is right."""

    label: str
    expected: Expected


@dataclass(frozen=True)
class Guess:
    """What is to be guessed before the experiment: an answer about the finding `measured`, or a curve.

    drawn: the measure whose line in the chart is drawn, right within `tolerance` of what comes out.
    """

    question: str
    choices: Mapping[str, Choice] = field(default_factory=dict)
    measured: str = ""
    drawn: str = ""
    tolerance: float = 0.0

    def choice(self, code: str) -> Choice:
        """Returns the answer with this code; raises ValueError when there is none."""
        if code not in [*self.choices]:  # it may be anything that a browser sends
            raise Unusable(
                "There is no guess {code} here: choose of {choices}.",
                code=quoted(code),
                choices=", ".join(self.choices) or pgettext("answers", "none"),
            )
        return self.choices[code]


@dataclass(frozen=True)
class Claim:
    """What a paper says: then the finding called `measured` is where it is `expected`, by default above 0.

    quote: the paper's own few words; section: where, if not where the experiment's paper says.
    """

    text: str
    measured: str
    expected: Expected = ABOVE_0
    quote: str = ""
    section: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Chart:
    """What an experiment's chart shows: the measures `y` against the column `x`, means with their intervals.

    A line for each measure and value of the column `series`, where there is one. names: what values of x and
    series are called, by their text; of card.Kinds, the names alone are taken.
    """

    kind: Literal["line", "bars"]
    x: str
    x_label: str = ""
    y: tuple[str, ...] = ("distilled_right", "scratch_right")
    y_label: str = ""
    series: str = ""
    series_label: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {code: name[0] if isinstance(name, tuple) else name for code, name in self.names.items()}
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "x_label", self.x_label or FIELDS[self.x].label)
        object.__setattr__(self, "y_label", self.y_label or (GAIN if self.y[0].startswith("gain") else RIGHT))


@dataclass(frozen=True)
class Option:
    """Something that a visitor may choose.

    moves: values to move it over once the runs are there, for the measures that take it, `explores`; none
    where another value means other runs.
    """

    spec: FieldSpec
    default: Any
    moves: tuple[float, ...] = ()
    explores: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment. All its words are in English, marked for translation.

    name: its code. means: what it means; differs: why the paper's figures may be others. outcomes: what is
    found in its rows of one length, by code. next: the names of those to try next. sweep: the study that goes
    on from here. times: how many times as long the long training is; 1 where there is none. measures: of
    kd.studies.measures, besides the accuracies and the gain; a name may have options in braces,
    "right_with:{bias}". options: what a visitor may choose, and chosen: what somebody has. seeds: how many by
    default. only: the one length that somebody wants; both without it.
    """

    title: str
    question: str
    means: str
    differs: str
    paper: Paper
    guess: Guess
    chart: Chart
    plan: Plan
    outcomes: Mapping[str, Outcome]
    claims: tuple[Claim, ...] = ()
    measures: tuple[str, ...] = ()
    sweep: Study | None = None
    seeds: int = STATIONS[0]
    times: int = 5
    kind: Literal["classic", "mistake"] = "classic"
    name: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)
    only: str = ""

    @property
    def lengths(self) -> Mapping[str, int]:
        """The lengths at which it is run, and how many times as long as the short one each is."""
        both = {SHORT: 1} | ({LONG: self.times} if self.times > 1 else {})
        return {self.only: both[self.only]} if self.only else both

    def at(self, length: str) -> Experiment:
        """Returns the same experiment at one length; raises ValueError when it is not run at this one."""
        if length not in self.lengths:
            raise Unusable(
                "The experiment {experiment} has no length {length}: use {lengths}.",
                experiment=self.name,
                length=quoted(length),
                lengths=", ".join(self.lengths),
            )
        return replace(self, only=length)

    def stages(self, seeds: int) -> list[list[Part]]:
        """Returns the studies that answer it, in stages, each part labelled with its length.

        Raises ValueError when there cannot be so many seeds, or a study does not allow what was chosen.
        """
        return [
            [Part(part.study, {"length": length, **part.labels}) for part in stage]
            for length, times in self.lengths.items()
            for stage in self.plan(checked_seeds(seeds), times, **self._options())
        ]

    def runs(self, seeds: int) -> list[RunConfig]:
        """Returns all runs of its studies, without duplicates."""
        return list(
            dict.fromkeys(config for part in self.parts(seeds) for _cell, config in part.study.runs())
        )

    def parts(self, seeds: int) -> Iterator[Part]:
        """Yields the studies of all stages, one after the other."""
        for stage in self.stages(seeds):
            yield from stage

    def judge(self, rows: pd.DataFrame) -> Findings:
        """Returns what its rows of one length come to, by code."""
        return {code: outcome.of.finding(rows) for code, outcome in self.outcomes.items()}

    def findings(self, rows: pd.DataFrame) -> dict[str, Findings]:
        """Returns what its rows come to at each length, by code; NaN where runs are missing."""
        return {length: self.judge(rows[rows["length"] == length]) for length in self.lengths}

    @property
    def headline(self) -> str:
        """The code of the outcome that answers the question: the first that is told."""
        return next(code for code, outcome in self.outcomes.items() if outcome.above)

    def label(self, code: str) -> str:
        """Says what a finding is, in the reader's language."""
        return label_words(self.outcomes[code])

    @property
    def measured(self) -> dict[str, str]:
        """The columns of its rows that measures give, and the measure of each with the options chosen."""
        options = self._options()
        names = (*self.measures, *(["late_gain"] if LONG in self.lengths else []))
        return {name.replace("{", "").replace("}", ""): name.format(**options) for name in names}

    def choose(self, **values: Any) -> Experiment:
        """Returns the same experiment with other options; raises ValueError when it does not allow them."""
        if not values:
            return self
        for name in values:
            if name not in self.options:
                raise Unusable(
                    "The experiment {experiment} has no option {name}: it has {options}.",
                    experiment=self.name,
                    name=quoted(name),
                    options=", ".join(self.options) or pgettext("options", "none"),
                )
        checked = {
            name: self.options[name].spec.checked(name, value, type(self.options[name].default))
            for name, value in values.items()
        }
        chosen = replace(self, chosen={**self.chosen, **checked})
        chosen.stages(1)  # says what the studies do not allow
        return chosen

    @property
    def setting(self) -> RunConfig:
        """The first run, from which one can go on."""
        return next(config for part in self.parts(1) for _cell, config in part.study.runs())

    def _options(self) -> dict[str, Any]:
        return {name: option.default for name, option in self.options.items()} | dict(self.chosen)
