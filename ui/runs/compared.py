"""Ticked runs compared: their curves over each other, what they differ in, and what lies between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from itertools import permutations

import pandas as pd
import streamlit as st

from kd.charts.error_charts import confusion_chart, difference_rows
from kd.charts.run_charts import SETTING_SHAPES, courses_chart, courses_rows
from kd.config import FIELDS, RunConfig
from kd.lab import Lab, RunView
from kd.lab.comparison import (
    PAIRED_T,
    Between,
    Line,
    between,
    differing,
    figures_of_seeds,
)
from kd.pictures.data_sets import DataSet, data_set
from kd.text.chart_words import difference_words
from kd.text.translation import N_, _, ngettext
from kd.text.verdicts import (
    between_evidence,
    between_words,
    courses_words,
    headline,
    surer_headline,
)
from kd.text.words import listing
from ui.shared import address
from ui.shared.figure import figure
from ui.shared.lesson import unseen_section
from ui.shared.pieces import quiet
from ui.shared.run_words import differs
from ui.shared.terms import explained

MOST_COMPARED = len(SETTING_SHAPES)
LETTERS = "ABCDEF"
_HEIGHT = 300
_PAIRS = {f"{first}{second}": f"{second} − {first}" for first, second in permutations(LETTERS, 2)}
_PAIR = "pair"
PAIR = address.choice(N_("There is no pair “{text}”: use two letters of compared runs such as AC."), _PAIRS)


def _chosen_pair(letters: Sequence[str]) -> tuple[str, str]:
    """Returns the pair that is looked at; draws the choice of it where there are more than two letters."""
    pairs = [pair for pair in _PAIRS if set(pair) <= set(letters)]
    if st.session_state.get(_PAIR) not in pairs:  # one of them is no longer ticked
        st.session_state[_PAIR] = pairs[0]
    if len(letters) > 2:
        help = _("Whose answers are set against whose. The sentences compare every run with the second one.")
        options = {"format_func": _PAIRS.__getitem__, "help": help, "width": 160}
        address.kept(PAIR, st.selectbox, _("Answers"), pairs, key=_PAIR, **options)
    first, second = st.session_state[_PAIR]
    return first, second


def compared(lab: Lab, lines: Sequence[Line]) -> None:
    """Draws the comparison of the first MOST_COMPARED lines that have a result."""
    finished = [line for line in lines if all(entry.figures is not None for entry in line.entries)]
    shown = finished[:MOST_COMPARED]
    with st.container(key="runs_compared"):
        unseen_section(_("Comparison"))
        if len(shown) < 2:
            quiet(_("Tick two runs that have finished to compare them."))
            return
        settings = [sorted(line.entries, key=lambda entry: entry.config.seed) for line in shown]
        names = dict(zip(LETTERS, settings, strict=False))
        _who_is_who(names, shown)
        drawn = _between(lab, names)
        if len(finished) > len(shown):
            quiet(_("The first {count} are compared; untick some to compare others.", count=len(shown)))
        left, right = st.columns(2, gap="large")
        with left:
            _courses(lab, names)
            drawn()
        with right:
            _differences(names)
            for letter, runs in names.items():
                quiet(f"{letter}: {_own_verdict(lab, runs)}")


def _between(lab: Lab, names: dict[str, list[RunView]]) -> Callable[[], None]:
    """Says what lies between the settings, and returns what draws where their errors differ."""
    sets = {runs[0].config.data for runs in names.values()}
    if len(sets) > 1:
        quiet(_("They are of different data sets, so what lies between their accuracies is not compared."))
        return lambda: None
    data = data_set(*sets)
    first, second = _chosen_pair(list(names))
    others = [letter for letter in names if letter != first]
    each = [names[first], *(names[letter] for letter in others)]
    found = between(each, data.y_test, lambda run_id: lab.runs[run_id].test_logits()["distilled"])
    pairs = dict(zip(others, found, strict=True))
    _verdicts(first, pairs)
    return partial(_confusions, lab, data, names, first, second, pairs[second])


def _verdicts(first: str, pairs: Mapping[str, Between]) -> None:
    """Says what lies between the first of the pair and each of the others, with the tests below."""
    for letter, each in pairs.items():
        words = between_words(first, letter, vars(each))
        st.html(
            f'<p class="kd kd-verdict">{explained(words, "points", "interval")}</p>'
            f'<p class="kd kd-quiet">{explained(between_evidence(vars(each)), "mcnemar", "seed")}</p>'
        )


def _own_verdict(lab: Lab, runs: Sequence[RunView]) -> str:
    """Says whether distillation helps at one of the settings."""
    of_seeds = figures_of_seeds(runs)
    if of_seeds is not None:
        return surer_headline(of_seeds, runs[0].config)
    result = lab.runs.view(runs[0].run_id).result or {}
    return headline(result["comparison"], runs[0].config) if "comparison" in result else ""


def _courses(lab: Lab, names: dict[str, list[RunView]]) -> None:
    """Draws the curves of each setting's run, of a seed that the others have too if there is one."""
    shared = set.intersection(*({entry.config.seed for entry in runs} for runs in names.values()))
    histories = {letter: _one(lab, runs, shared).history for letter, runs in names.items()}
    rows, axes = courses_rows(histories, _HEIGHT)
    own = rows[rows["ghost"] == ""]
    ends = {
        letter: (int(part["epoch"].iloc[-1]), float(part["value"].iloc[-1]))
        for letter, part in own.groupby("setting", sort=False)
    }
    figure(
        "compared-runs",
        courses_chart,
        rows,
        alt=courses_words(ends),
        names=list(names),
        height=_HEIGHT,
        **axes,
    )


def _one(lab: Lab, runs: Sequence[RunView], shared: set[int]) -> RunView:
    chosen = next((entry for entry in runs if entry.config.seed in shared), runs[0])
    return lab.runs.view(chosen.run_id)


def _differences(names: dict[str, list[RunView]]) -> None:
    """Draws a table of the settings' differences, a column each."""
    configs = {letter: runs[0].config for letter, runs in names.items()}
    single = all(len(runs) == 1 for runs in names.values())
    fields = differing(list(configs.values()), but=() if single else ("seed",))
    if not fields:
        quiet(_("Their settings are the same."))
        return
    rows = {_(FIELDS[name].label): [_value(name, config) for config in configs.values()] for name in fields}
    if not single:
        rows[_("Repeats")] = [str(len(runs)) for runs in names.values()]
    st.table(pd.DataFrame(rows, index=list(configs)).T)


def _value(name: str, config: RunConfig) -> str:
    if name == "omitted_digits" and config.omitted:
        return listing([*config.omitted])
    return FIELDS[name].in_words(getattr(config, name)) if config.counts(name) else "–"


def _confusions(
    lab: Lab, data: DataSet, names: dict[str, list[RunView]], first: str, second: str, found: Between
) -> None:
    """Draws where the errors of the second setting's student differ from those of the first's."""
    seeds = found.seeds
    shared = set(seeds[:1] if len(seeds) != 2 or found.test == PAIRED_T else ())
    logits = [
        lab.runs[_one(lab, names[name], shared).run_id].test_logits()["distilled"] for name in (first, second)
    ]
    rows = difference_rows(data.y_test, logits[1], logits[0], data.about.classes)
    if shared:
        seeds = seeds[:1]
    named = ngettext(
        "Pictures, distilled students, seed {seed}",
        "Pictures, distilled students, seeds {seed}",
        len(seeds),
        seed=listing([str(each) for each in seeds]),
    )
    figure(
        "confusion-between-runs",
        confusion_chart,
        rows,
        alt=difference_words(rows, first, second),
        classes=data.about.classes,
        title=_("Answers of {second} − answers of {first}", first=first, second=second),
        subtitle=named if seeds else _("Pictures"),
        words={"distilled": _("more with {name}", name=second), "scratch": _("more with {name}", name=first)},
    )


def _who_is_who(names: dict[str, list[RunView]], lines: Sequence[Line]) -> None:
    """Says what each letter stands for: a name, or else a setting."""
    settings = [differs(line.first.config, ("seed",)) or _("the default setting") for line in lines]
    if len(set(settings)) < len(settings):
        settings = [differs(line.first.config, ()) or _("the default setting") for line in lines]
    each = (
        f"<span><b>{letter}</b> {escape(line.name or words)}</span>"
        for letter, line, words in zip(names, lines, settings, strict=True)
    )
    st.html(f'<p class="kd kd-letters">{" ".join(each)}</p>')
