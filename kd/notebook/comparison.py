"""Settings compared with each other: what differs about them, and their distilled students in pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kd.analysis.evaluation import compare
from kd.config import FIELDS, RunConfig
from kd.runs.state import RunView
from kd.studies.study import Study
from kd.studies.verdicts import verdicts

AHEAD, BEHIND, UNPAIRED = "ahead", "behind", "unpaired"
MCNEMAR, PAIRED_T = "mcnemar", "paired t"

_VERDICTS = {"helps": AHEAD, "hurts": BEHIND}


@dataclass(frozen=True)
class Between:
    """What sets a setting's distilled students apart from another's.

    verdict: "ahead", "behind", "not shown", "not judged yet" with too few seeds, or "unpaired" where they
    have no seed in common. seeds: those of the pairs; a pair of one run each may have two. judged_seeds: how
    many of them the verdict rests on. test: MCNEMAR over the test images for one pair, PAIRED_T for several
    seeds; empty without one. difference, low, high: in points of a percent, with the 95 % interval; NaN where
    there is none, as p.
    """

    verdict: str
    seeds: tuple[int, ...] = ()
    test: str = ""
    difference: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan
    judged_seeds: int = 0


def between(
    settings: Sequence[Sequence[RunView]], labels: np.ndarray, logits: Callable[[str], np.ndarray]
) -> list[Between]:
    """Each setting but the first compared with the first.

    Args:
        settings: the finished runs of each setting, one for each seed.
        labels: of the test images (n,).
        logits: a run's id → those of its distilled student (n, 10).

    Returns:
        Distilled minus the first setting's distilled, seed by seed. With two seeds or more in common, it is
        judged as a study, and with several settings corrected for their number
        (`kd.studies.verdicts.verdicts`); with one, by McNemar's test. Two single runs of different seeds are
        compared, too: the test then holds for these two networks.
    """
    first, *others = [{entry.config.seed: entry for entry in runs} for runs in settings]
    table = _together([first, *others])
    found = []
    for number, other in enumerate(others, 1):
        shared = tuple(sorted(first.keys() & other.keys()))
        single = shared[:1] * 2 if shared else (*first, *other)
        if len(shared) > 1:
            row = table.loc[number]
            figures = {name: float(row[name]) for name in ("difference", "low", "high", "p")}
            code, judged = _VERDICTS.get(row["verdict"], row["verdict"]), int(row["judged_seeds"])
            found.append(Between(code, shared, PAIRED_T, **figures, judged_seeds=judged))
        elif len(single) == 2:
            mine, its = (logits(runs[seed].run_id) for runs, seed in zip((first, other), single, strict=True))
            paired = compare(labels, its, mine)
            points = {name: 100 * paired[name] for name in ("difference", "low", "high")}
            seeds = tuple(dict.fromkeys(single))
            found.append(Between(paired["verdict"], seeds, MCNEMAR, p=paired["p_value"], **points))
        else:
            found.append(Between(UNPAIRED))
    return found


def differing(configs: Sequence[RunConfig], but: Sequence[str] = ()) -> list[str]:
    """The fields in which settings differ, where they count for any of them. but: fields to leave out."""
    return [
        name
        for name in FIELDS
        if name not in but
        and len({getattr(config, name) for config in configs}) > 1
        and any(config.counts(name) for config in configs)
    ]


def study_between(settings: Sequence[Sequence[RunView]]) -> Study | None:
    """The study that has the values of these settings in every combination; None if no study can.

    It varies at most two fields, and has as many seeds as most of the settings have.
    """
    configs = [min((entry.config for entry in runs), key=lambda run: run.seed) for runs in settings]
    fields = differing(configs, but=("seed",))
    if not 1 <= len(fields) <= 2:
        return None
    axes = {name: sorted({getattr(config, name) for config in configs}) for name in fields}
    seeds = max(len(runs) for runs in settings)
    try:
        return Study(configs[0], axes, seeds)
    except ValueError:  # a combination contradicts itself, or would have no effect
        return None


def figures_of_seeds(runs: Sequence[RunView]) -> dict[str, Any] | None:
    """The verdict of a setting with several seeds over its scratch students; None with fewer than two."""
    rows = [_row(0, entry) for entry in runs]
    return verdicts(pd.DataFrame(rows), ()).to_dict("records")[0] if len(rows) > 1 else None


def _together(settings: Sequence[Mapping[int, RunView]]) -> pd.DataFrame:
    """The verdicts of all settings against the first, by their number."""
    rows = [_row(number, entry) for number, runs in enumerate(settings) for entry in runs.values()]
    return verdicts(pd.DataFrame(rows), ["setting"], baseline={"setting": 0}).set_index("setting")


def _row(setting: int, entry: RunView) -> dict[str, Any]:
    models = ("distilled", "scratch", "teacher")
    accuracies = {f"{name}_accuracy": getattr(entry.figures, name, np.nan) for name in models}
    blocks = {f"{name}_blocks": getattr(entry.figures, f"{name}_blocks", None) for name in models[:2]}
    return {"setting": setting, "seed": entry.config.seed, **accuracies, **blocks}
