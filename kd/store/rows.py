"""Rows of the table of runs: what is known of a run without its result."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from kd.config import STUDENTS, RunConfig

log = logging.getLogger("kd")

ACTIVE = ("queued", "running")
COLUMNS = (
    "SELECT run_id, config, status, ending, created, owner, asked, person, name, tags, note, pinned, used, "
    "deleted, models, stored, figures FROM runs"
)


class Figures(NamedTuple):
    """Numbers of a result in a list: test accuracies, and distilled minus scratch, as fractions.

    low and high are the 95 % interval and p_value is McNemar's; the counts are of test images; blocks are how
    many of each block of the test images a student gets right, as text.
    """

    teacher: float
    distilled: float
    scratch: float
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    only_distilled: int | None = None
    only_scratch: int | None = None
    distilled_blocks: str | None = None
    scratch_blocks: str | None = None


def figures_of(result: Mapping[str, Any]) -> Figures:
    """Returns the numbers of a result that a list shows."""
    accuracies = [result[model]["test_accuracy"] for model in ("teacher", "distilled", "scratch")]
    comparison = result.get("comparison")
    if comparison is None:
        return Figures(*accuracies)
    names = ("difference", "low", "high", "p_value", "only_distilled_right", "only_scratch_right")
    blocks = [result[model].get("right_in_blocks") for model in STUDENTS]
    texts = [None if each is None else " ".join(map(str, each)) for each in blocks]
    return Figures(*accuracies, *(comparison.get(name) for name in names), *texts)


@dataclass(frozen=True)
class RunRow:
    """What is known of a run, without its result.

    status: queued, running, finished, stopped, failed or interrupted. ending: why it has no result, for
    kd.text.endings. created, used, deleted: Unix time; used and deleted are None if it never was. owner: the
    process that computes it. asked: whether anybody asked for it. person: whose it is. models: their ids by
    'teacher', 'distilled' and 'scratch'. stored: changes whenever another result is stored, None without one.
    """

    run_id: str
    config: RunConfig
    status: str
    ending: str
    created: float
    owner: str | None
    asked: bool
    person: str
    name: str
    tags: tuple[str, ...]
    note: str
    pinned: bool
    used: float | None
    deleted: float | None
    models: dict[str, str]
    stored: float | None
    figures: Figures | None

    @property
    def is_active(self) -> bool:
        """Returns whether it waits or is computed."""
        return self.status in ACTIVE

    @property
    def needs(self) -> frozenset[str]:
        """Returns the models that have to be kept for it."""
        if self.stored is None and not self.is_active:
            return frozenset()
        second = [self.config.second_teacher] if self.config.second_teacher else []
        return frozenset([*self.models.values(), *second])


@cache
def parsed(raw: tuple) -> RunRow | None:
    """Returns the row of these columns; None if another version of KD Lab had other settings."""
    run_id, text, status, ending, created, owner, asked, person, name, tags, note, *rest = raw
    pinned, used, deleted, models, stored, figures = rest
    config = _config(run_id, text)
    if config is None:
        log.warning("run %s was stored by another version of KD Lab, and is not listed", run_id)
        return None
    said = person, name, tuple(json.loads(tags)), note, bool(pinned)
    made = json.loads(models), stored, None if figures is None else Figures(*json.loads(figures))
    return RunRow(run_id, config, status, ending, created, owner, bool(asked), *said, used, deleted, *made)


@lru_cache(maxsize=10_000)
def _config(run_id: str, text: str) -> RunConfig | None:
    try:
        config = RunConfig.from_record(json.loads(text))
    except (ValueError, TypeError):
        return None
    return config if config.run_id == run_id else None
