"""The included studies with a made-up long part, in which distilled is so many points ahead of scratch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from data import make_default_study
from kd.studies import few_images, shipped
from kd.studies.shipped import LONG, SHORT, TIMES, objectives_study, shipped_study
from kd.studies.sure import leaderboard, other_length, single_seeds

GAIN = 11.0
_CACHES = (
    shipped_study,
    objectives_study,
    few_images.few_images,
    few_images.few_images_long,
    leaderboard._leaderboard,
    other_length._judged,
    single_seeds._judged,
)


@contextmanager
def with_long_part(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While this is open, the studies are read from a folder."""
    axes = {**make_default_study.LONG_AXES, "train_size": make_default_study.LONG_IMAGES}
    for name, read in (("FILE", shipped_study), ("OBJECTIVES_FILE", objectives_study)):
        short = read().assign(length=SHORT)
        kept = short.assign(length=LONG, epochs=TIMES[LONG] * short["epochs"])
        for axis in (axis for axis in axes if axis in short):
            kept = kept[kept[axis].isin(axes[axis])]
        # of five and of ten seeds, the mean is exactly this many points
        wobble = (kept["seed"] % 5 - 2) / 1_000
        kept = kept.assign(scratch_accuracy=0.85, distilled_accuracy=0.85 + GAIN / 100 + wobble)
        ahead = 10_000 * (kept["distilled_accuracy"] - kept["scratch_accuracy"])
        kept = kept.assign(only_scratch=100, only_distilled=100 + ahead.round().astype(int))
        kept = kept.drop(columns=[name for name in kept if name.endswith("_blocks")])
        path = folder / getattr(shipped, name).name
        pd.concat([short, kept]).to_csv(path, index=False)
        monkeypatch.setattr(shipped, name, path)
    for each in _CACHES:
        each.cache_clear()
    yield
    monkeypatch.undo()
    for each in _CACHES:
        each.cache_clear()
