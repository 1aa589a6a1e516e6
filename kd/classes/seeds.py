"""Thirty seeds: everyone trains the same setting with a seed of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar, Self

from kd.classes.activity import first_free, options_of, setting_of
from kd.config import RunConfig
from kd.store.classes import Answer
from kd.text.translation import N_, _


@dataclass(frozen=True)
class Seeds:
    """setting: what everyone trains, the first pupil with its own seed, the next with the next."""

    kind: ClassVar[str] = "seeds"
    label: ClassVar[str] = N_("Repeats (seeds): everyone trains the same student")
    takes_picture: ClassVar[bool] = False
    shows_taken: ClassVar[bool] = False

    setting: RunConfig = field(default_factory=RunConfig)

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        return cls(setting_of(options))

    def options(self) -> dict[str, str]:
        return options_of(self.setting)

    def title(self) -> str:
        return _("Everyone trains one student. How often does the teacher help?")

    def checked(self, _value: Any, _key: str, _number: int) -> None:
        return None

    def config(self, _value: Any, number: int, others: Sequence[Answer]) -> RunConfig:
        """Returns the repeat of the pupil's number, or the next one that nobody has taken before."""
        seeds = count(self.setting.seed + number)
        return first_free((self.setting.replace(seed=seed) for seed in seeds), others)

    def is_done(self, answers: Sequence[Answer]) -> bool:
        return bool(answers)
