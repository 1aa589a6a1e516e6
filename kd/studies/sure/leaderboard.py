"""Every objective at equal budget: which is better, and which cannot be told apart, at which length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from kd.config import FIELDS, RunConfig
from kd.studies.shipped import SHORT, TIMES, objectives_study
from kd.studies.study import SCRATCH, Study
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN, verdicts
from kd.text.study_words import signed
from kd.text.translation import N_, _
from kd.text.words import listing

USUAL = "soft_targets"
SEEDS = 10

Rows = Sequence[Mapping[str, Any]]


def leaderboard_study(baseline: str = USUAL, length: str = SHORT) -> Study:
    """Returns the study behind `leaderboard`, with the same arguments."""
    against = SCRATCH if baseline == SCRATCH else {"objective": baseline}
    base = RunConfig(epochs=TIMES[length] * RunConfig().epochs)
    return Study(base, {"objective": FIELDS["objective"].choices}, SEEDS, against)


@cache
def leaderboard(baseline: str = USUAL, length: str = SHORT) -> pd.DataFrame:
    """Compares every objective at the default setting with ten seeds, from the included study.

    baseline: what each is compared with: another objective's student with the same seed, or "scratch".
    Returns rows of `kd.studies.verdicts.verdicts` with the axis objective, the best first.
    """
    study = leaderboard_study(baseline, length)
    found = verdicts(objectives_study(length), list(study.axes), study.baseline)
    return found.sort_values("difference", ascending=False, kind="stable", ignore_index=True)


_ONE_LENGTH = {
    HELPS: N_("Better than {over}: {names}."),
    NOT_SHOWN: N_("Not to be told apart: {names}."),
    HURTS: N_("Worse: {names}."),
}
_AT_BOTH = {
    HELPS: N_("At both lengths better than {over}: {names}."),
    HURTS: N_("At both lengths worse than {over}: {names}."),
    NOT_SHOWN: N_("Not told apart at either: {names}."),
}
_AT_ONE = {
    HELPS: N_("Better only after {steps}: {names}."),
    HURTS: N_("Worse only after {steps}: {names}."),
}


def leaderboard_sentence(rows: Rows, names: Mapping[str, str], over: str) -> str:
    """Says which objectives are better than `over`, and which are not told apart; rows: of `leaderboard`."""
    found = {code: [_with_gain(row, names) for row in rows if row["verdict"] == code] for code in _ONE_LENGTH}
    said = [_(_ONE_LENGTH[code], over=over, names=listing(each)) for code, each in found.items() if each]
    return " ".join(said)


def at_both_lengths(tables: Mapping[str, Rows], names: Mapping[str, str], over: str) -> tuple[str, str]:
    """Says what holds at both lengths or one; and which ranks change. tables: length in words → rows."""
    both: list[str] = []
    one: dict[str, list[str]] = {steps: [] for steps in tables}
    for code, words in _AT_BOTH.items():
        shown = {steps: [row for row in rows if row["verdict"] == code] for steps, rows in tables.items()}
        first, second = ([row["objective"] for row in rows] for rows in shown.values())
        if common := [name for name in first if name in second]:
            both.append(_(words, over=over, names=listing([names[name] for name in common])))
        for steps, rows in shown.items():
            only = [_with_gain(row, names) for row in rows if row["objective"] not in common]
            if only and code in _AT_ONE:
                one[steps].append(_(_AT_ONE[code], steps=steps, names=listing(only)))
    moved = _moved([[row["objective"] for row in rows] for rows in tables.values()], names)
    said = " ".join([*both, *(sentence for sentences in one.values() for sentence in sentences)])
    return said, _("Ranked by mean, these move: {moved}.", moved=moved) if moved else ""


def _with_gain(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return f"{names[row['objective']]} ({signed(row['difference'], 1)})"


def _moved(orders: Sequence[Sequence[str]], names: Mapping[str, str]) -> str:
    first, second = ({name: place for place, name in enumerate(order, 1)} for order in orders)
    return listing(
        [
            _("{name} from {before} to {then}", name=names[name], before=place, then=second[name])
            for name, place in first.items()
            if second.get(name, place) != place
        ]
    )
