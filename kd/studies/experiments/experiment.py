"""Experiment: a question, a guess, a paper's claim, the studies that answer it, and what they come to.

Its words are in English, marked for translation; a sentence that carries a number is made of findings
(kd/text/experiment_words.py), so that it says what came out and not what was hoped for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from kd.config import RunConfig
from kd.fields import FieldSpec
from kd.studies.experiments.judging import Expected, Finding
from kd.studies.study import Study, checked_seeds
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import pandas as pd

Findings = dict[str, Finding]


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
    """What a paper says. figure: its own figures; expected: where the finding called `measured` is then."""

    text: str
    figure: str
    measured: str
    expected: Expected


@dataclass(frozen=True)
class Says:
    """What a finding comes to: a sentence for each side of a number, and for an interval on both sides.

    The sentences may have the placeholders {value}, the finding's mean without its sign, and {interval}.
    """

    measured: str
    above: str
    below: str
    neither: str
    at: float = 0.0


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
    sweep: the study that goes on from here. plan: the studies for a number of seeds and the options chosen,
    in stages: those of one go on side by side, and a later stage may have models of an earlier one as
    teachers. measures: of kd.studies.measures, besides the accuracies and the gain; a name may have options
    in braces, "right_with:{bias}". judge: the findings in its rows, by code; labels: what each finding is.
    options: what a visitor may choose, and chosen: what somebody has. seeds: as many as take seconds.
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
    labels: Mapping[str, str]
    claims: tuple[Claim, ...] = ()
    says: tuple[Says, ...] = ()
    measures: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    sweep: Study | None = None
    seeds: int = 3
    kind: Literal["classic", "mistake"] = "classic"
    options: Mapping[str, Option] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)

    def stages(self, seeds: int) -> list[list[Part]]:
        """The studies that answer it, in stages.

        Raises:
            ValueError: when there cannot be so many seeds, or a study does not allow what was chosen.
        """
        return self.plan(checked_seeds(seeds), **self._options())

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

    def findings(self, rows: pd.DataFrame) -> Findings:
        """What its rows come to, by code; NaN where runs are missing."""
        return self.judge(rows)

    @property
    def measured(self) -> dict[str, str]:
        """The columns of its rows that measures give, and the measure of each with the options chosen."""
        options = self._options()
        return {name.replace("{", "").replace("}", ""): name.format(**options) for name in self.measures}

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
