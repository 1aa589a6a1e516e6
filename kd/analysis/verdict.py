"""The two students of a run compared, and whether that shows anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from kd.config import RunConfig
from kd.text.verdicts import verdict_note, verdict_sentence

CONFIDENCE = 0.95


def verdict(low: float, high: float, p_value: float, alpha: float | None = None) -> str:
    """What is shown of distilled minus scratch; a side is taken only if interval and test both take it.

    Args:
        low, high: the interval of the difference, as fractions.
        p_value: of McNemar's test.
        alpha: as for `compare`.

    Returns:
        "ahead" or "behind": the distilled student is; "not shown"; or "no teacher": at α = 1, where the two
        students are the same by construction.
    """
    if alpha == 1:
        return "no teacher"
    if p_value < 1 - CONFIDENCE and low > 0:
        return "ahead"
    if p_value < 1 - CONFIDENCE and high < 0:
        return "behind"
    return "not shown"


class Comparison(dict):
    """The two students of a run compared: the codes and numbers of `kd.analysis.evaluation.compare`.

    Nothing else is stored. Its `sentence` and its `note` are made when they are asked for, in the language of
    whoever asks. The sentence is that of an ordinary run; kd.text.verdicts has it for any.
    """

    _WORDS: ClassVar = {"sentence": verdict_sentence, "note": verdict_note}

    @classmethod
    def opened(cls, stored: Mapping[str, Any], alpha: float | None) -> Comparison:
        """A stored comparison with today's verdict; the words that earlier versions stored are left out."""
        numbers = {name: value for name, value in stored.items() if name not in cls._WORDS}
        found = verdict(stored["low"], stored["high"], stored["p_value"], alpha)
        return cls({**numbers, "verdict": found})

    def __missing__(self, name: str) -> str:
        return self._WORDS[name](self)

    def with_words(self, config: RunConfig | None = None) -> dict[str, Any]:
        """Codes, numbers and words, as the command line prints them. config: as for `verdict_sentence`."""
        return {**self, "sentence": verdict_sentence(self, config), "note": verdict_note(self)}
