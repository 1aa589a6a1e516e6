"""The two students of a run compared: numbers that are stored, and words that are made when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from kd.analysis.verdict import verdict
from kd.config import RunConfig
from kd.text.verdicts import verdict_note, verdict_sentence


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
