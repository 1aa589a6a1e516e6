"""Experiment: a question, a guess, a paper's claim, the studies that answer it, and what they come to.

It is run at two lengths, since what holds after a short training need not hold of a student that is trained
out. Its words are in English, marked for translation; a sentence that carries a number is made of findings
(kd/text/experiment_words.py), so that it says what came out and not what was hoped for. CONTRIBUTING.md says
how one is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from kd.base.fields import FieldSpec
from kd.config import RunConfig
from kd.studies.experiments.judging import Expected, Finding
from kd.studies.over_seeds import STATIONS
from kd.studies.study import Study, checked_seeds
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import pandas as pd

Findings = dict[str, Finding]

LENGTHS = SHORT, LONG = ("short", "long")
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


@dataclass(frozen=True)
class Choice:
    """One answer that can be guessed, and where the finding is if it is right."""

    label: str
    expected: Expected


@dataclass(frozen=True)
class Guess:
    """What is to be guessed before the experiment: one of several answers, or a curve.

    choices: code → answer, about the finding called `measured`. Otherwise `drawn`: the measure whose line in
    the chart is drawn before it is shown, right within `tolerance` of what comes out, in the measure's unit.
    """

    question: str
    choices: Mapping[str, Choice] = field(default_factory=dict)
    measured: str = ""
    drawn: str = ""
    tolerance: float = 0.0

    def choice(self, code: str) -> Choice:
        """The answer with this code.

        Raises:
            ValueError: when there is none.
        """
        if code not in self.choices:
            raise ValueError(
                _(
                    "There is no guess {code} here: choose of {choices}.",
                    code=quoted(code),
                    choices=", ".join(self.choices) or _("none"),
                )
            )
        return self.choices[code]


@dataclass(frozen=True)
class Claim:
    """What a paper says: then the finding called `measured` is where it is `expected`.

    quote: the paper's own few words, as they are there. section: where, if not where the experiment's paper
    says. figure: the paper's figures.
    """

    text: str
    measured: str
    expected: Expected
    quote: str = ""
    section: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Says:
    """What a finding comes to: a sentence for each side of a number, and for an interval on both sides.

    The sentences may have the placeholders {value}, the finding's mean without its sign, {interval}, and
    those in `names`: what these stand for, marked for translation. label: what the finding is; it may have
    the same names.
    """

    measured: str
    above: str
    below: str
    neither: str
    at: float = 0.0
    label: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chart:
    """What an experiment's chart shows: `y` against `x`, the mean over the seeds with its interval.

    kind: how. x: a column of the rows. y: the measures that are shown, a line each, and one more for each
    value of the column `series`, where there is one. names: what values of x and series are called, by their
    text.
    """

    kind: Literal["line", "bars"]
    x: str
    x_label: str
    y: tuple[str, ...]
    y_label: str
    series: str = ""
    series_label: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """Something that a visitor may choose. spec: its field's.

    moves: values to move it over once the runs are there, and explores: the measures that take such a value
    as their argument; none where another value means other runs.
    """

    spec: FieldSpec
    default: Any
    moves: tuple[float, ...] = ()
    explores: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment. All its words are in English, marked for translation.

    name: its code, which its file has too. kind: "classic" or "mistake". means: what it means; differs: why
    the paper's figures may be others. says: what its findings come to. next: the names of those to try next.
    sweep: the study that goes on from here. plan: the studies for a number of seeds, how many times as long
    students are trained, and the options chosen, in stages: those of one go on side by side, and a later
    stage may have models of an earlier one as teachers. times: of the long training; 1 where there is no long
    one, since length does not matter or is what it is about. measures: of kd.studies.measures, besides the
    accuracies and the gain; a name may have options in braces, "right_with:{bias}". judge: the findings in
    its rows of one length, by code; labels: what those are of which `says` does not tell. options: what a
    visitor may choose, and chosen: what somebody has. seeds: how many by default. only: the one length that
    somebody wants; both without it.
    """

    name: str
    title: str
    question: str
    means: str
    differs: str
    paper: Paper
    guess: Guess
    chart: Chart
    plan: Callable[..., list[list[Part]]]
    judge: Callable[[pd.DataFrame], Findings]
    labels: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    says: tuple[Says, ...] = ()
    measures: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    sweep: Study | None = None
    seeds: int = STATIONS[0]
    times: int = 5
    kind: Literal["classic", "mistake"] = "classic"
    options: Mapping[str, Option] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)
    only: str = ""

    @property
    def lengths(self) -> Mapping[str, int]:
        """The lengths at which it is run, and how many times as long as short each is."""
        both = {SHORT: 1} | ({LONG: self.times} if self.times > 1 else {})
        return {self.only: both[self.only]} if self.only else both

    def at(self, length: str) -> Experiment:
        """The same experiment at one of its lengths.

        Raises:
            ValueError: when it is not run at this one.
        """
        if length not in self.lengths:
            raise ValueError(
                _(
                    "The experiment {experiment} has no length {length}: use {lengths}.",
                    experiment=self.name,
                    length=quoted(length),
                    lengths=", ".join(self.lengths),
                )
            )
        return replace(self, only=length)

    def stages(self, seeds: int) -> list[list[Part]]:
        """The studies that answer it, in stages, each part labelled with its length.

        Raises:
            ValueError: when there cannot be so many seeds, or a study does not allow what was chosen.
        """
        return [
            [Part(part.study, {"length": length, **part.labels}) for part in stage]
            for length, times in self.lengths.items()
            for stage in self.plan(checked_seeds(seeds), times, **self._options())
        ]

    def runs(self, seeds: int) -> list[RunConfig]:
        """Every run of its studies, each once.

        Raises:
            ValueError: as `stages`.
        """
        return list(
            dict.fromkeys(config for part in self.parts(seeds) for _cell, config in part.study.runs())
        )

    def parts(self, seeds: int) -> Iterator[Part]:
        """The studies of all stages, one after the other."""
        for stage in self.stages(seeds):
            yield from stage

    def findings(self, rows: pd.DataFrame) -> dict[str, Findings]:
        """What its rows come to at each length, by code; NaN where runs are missing."""
        return {length: self.judge(rows[rows["length"] == length]) for length in self.lengths}

    def label(self, code: str) -> str:
        """What a finding is, in the reader's language."""
        if code in self.labels:
            return _(self.labels[code])
        says = next(each for each in self.says if each.measured == code)
        return _(says.label, **{name: _(words) for name, words in says.names.items()})

    @property
    def measured(self) -> dict[str, str]:
        """The columns of its rows that measures give, and the measure of each with the options chosen."""
        options = self._options()
        names = (*self.measures, *(["late_gain"] if LONG in self.lengths else []))
        return {name.replace("{", "").replace("}", ""): name.format(**options) for name in names}

    def choose(self, **values: Any) -> Experiment:
        """The same experiment with other options.

        Raises:
            ValueError: when it does not have such an option, or not with such a value.
        """
        for name in values:
            if name not in self.options:
                raise ValueError(
                    _(
                        "The experiment {experiment} has no option {name}: it has {options}.",
                        experiment=self.name,
                        name=quoted(name),
                        options=", ".join(self.options) or _("none"),
                    )
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
        """Its first run, from which one can go on."""
        return next(config for part in self.parts(1) for _cell, config in part.study.runs())

    def _options(self) -> dict[str, Any]:
        return {name: option.default for name, option in self.options.items()} | dict(self.chosen)


def nearest(name: Any, names: list[str]) -> ValueError:
    """There is no experiment of this name."""
    close = get_close_matches(str(name), names, n=1, cutoff=0.0)
    return ValueError(
        _(
            "There is no experiment {name}: did you mean {nearest}?",
            name=quoted(name),
            nearest=", ".join(close),
        )
    )
