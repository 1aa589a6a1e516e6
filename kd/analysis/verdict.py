"""The verdict on one run: are its two students shown to differ?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from kd.config import RunConfig
from kd.text.verdicts import verdict_note, verdict_sentence

CONFIDENCE = 0.95


def verdict(low: float, high: float, p_value: float, alpha: float | None = None) -> str:
    """Returns the verdict on a run, from distilled minus scratch.

    "ahead" or "behind", only if interval and test both say so; else "not shown"; at α = 1, where both are the
    same network, "no teacher". low, high: the interval, as fractions. p_value: of McNemar's test.
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

    Nothing else is stored. Its `sentence` and its `note`, those of an ordinary run, are made when they are
    asked for, in the reader's language; kd.text.verdicts has them for any run.
    """

    _WORDS: ClassVar = {"sentence": verdict_sentence, "note": verdict_note}

    @classmethod
    def opened(cls, stored: Mapping[str, Any], alpha: float | None) -> Comparison:
        """Returns a stored comparison with today's verdict, without words that earlier versions stored."""
        numbers = {name: value for name, value in stored.items() if name not in cls._WORDS}
        found = verdict(stored["low"], stored["high"], stored["p_value"], alpha)
        return cls({**numbers, "verdict": found})

    def __missing__(self, name: str) -> str:
        return self._WORDS[name](self)

    def with_words(self, config: RunConfig | None = None) -> dict[str, Any]:
        """Returns codes, numbers and words, as the command line prints them; config: of the run."""
        return {**self, "sentence": verdict_sentence(self, config), "note": verdict_note(self)}
