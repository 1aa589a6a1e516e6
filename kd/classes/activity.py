"""What an activity is: something that a class does together, each on a phone, all on the wall."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

from kd.base.unusable import Unusable
from kd.config import FIELD_TYPES, FIELDS, OFFERED, RunConfig, not_a_field
from kd.store.classes import Answer
from kd.studies.shipped import differs
from kd.text.study_words import plain_value
from kd.text.translation import numeral

LAST_SEED = 2_147_000_000
"""Of the first to train: those of the others come after it, and a run's seed has an end."""


class Activity(Protocol):
    """One activity of a class: frozen and equal to another one that asks the same.

    kind: its name in a plan. label: what a list of kinds calls it, marked with `N_`. takes_picture: whether
    an answer is a drawing. shows_taken: whether every phone shows which answers others have given.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    takes_picture: ClassVar[bool]
    shows_taken: ClassVar[bool]

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        """Returns the activity of these options; raises ValueError for one that it has not."""

    def options(self) -> dict[str, str]:
        """Returns what `of` takes, without what is usual."""

    def title(self) -> str:
        """Returns what wall and phones call it, in the reader's language."""

    def checked(self, value: Any, key: str, number: int) -> Any:
        """Returns an answer as it is stored, of JSON's types; raises ValueError when it cannot be.

        number: the pupil's. key: which of the pupil's answers it is.
        """

    def config(self, value: Any, number: int, others: Sequence[Answer]) -> RunConfig | None:
        """Returns what an answer has trained, if anything.

        others: the other answers to this activity so far, also of earlier rounds.
        """

    def is_done(self, answers: Sequence[Answer]) -> bool:
        """Returns whether a pupil has given all answers that this activity waits for."""


def setting_of(options: Mapping[str, str]) -> RunConfig:
    """Returns the usual setting but for what options name; raises ValueError for what it cannot have."""
    changes = {}
    for name, text in options.items():
        if name not in OFFERED:
            raise not_a_field(name)
        changes[name] = FIELDS[name].checked(name, text, FIELD_TYPES[name])
    setting = RunConfig().replace(**changes)
    if setting.seed > LAST_SEED:
        raise Unusable(
            "Each person of a class trains the next seed: begin with at most {most}, not {seed}.",
            most=numeral(LAST_SEED),
            seed=numeral(setting.seed),
        )
    return setting


def options_of(config: RunConfig) -> dict[str, str]:
    """Returns the options that `setting_of` makes this setting of, where the usual one is the default."""
    return {name: plain_value(getattr(config, name)) for name in OFFERED if name in differs(config)}


def first_free(configs: Iterable[RunConfig], others: Sequence[Answer]) -> RunConfig:
    """Returns the first of endless runs that no other answer has trained."""
    taken = {answer.run_id for answer in others}
    return next(config for config in configs if config.run_id not in taken)
