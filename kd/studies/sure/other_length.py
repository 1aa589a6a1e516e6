"""What is known of a setting after shorter or longer training, from the included studies."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kd.base.unusable import Unusable
from kd.config import RunConfig
from kd.studies.shipped import nearest, other_length
from kd.studies.verdicts import verdicts
from kd.text.length_words import other_length_words


def at_other_length(config: RunConfig) -> tuple[RunConfig, dict[str, Any]] | None:
    """The verdict near a setting at the length that it is further from; cheap.

    Returns:
        The setting of the nearest cell, and its row of `kd.studies.verdicts.verdicts`; None where no cell of
        that length is near (`kd.studies.shipped.nearest`).

    Raises:
        ValueError: when a study cannot be read.
    """
    found = nearest(config, other_length(config))
    return None if found is None else (found[0], _judged(found[0]))


@lru_cache(maxsize=512)
def _judged(cell: RunConfig) -> dict[str, Any]:
    found = nearest(cell)
    assert found is not None  # a cell is near itself
    return verdicts(found[1], ()).to_dict("records")[0]


def other_length_note(config: RunConfig) -> str:
    """The same in a sentence; nothing where no cell is near."""
    try:
        found = at_other_length(config)
    except Unusable as error:
        return str(error)
    return "" if found is None else other_length_words(config, *found)
