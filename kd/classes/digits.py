"""Digits of the class: everyone draws the digits they are asked for, and the three models read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from kd.base.unusable import Unusable
from kd.config import RunConfig
from kd.store.classes import Answer
from kd.text.translation import N_, _
from kd.text.words import quoted

TIMES = ("1", "5")


@dataclass(frozen=True)
class Digits:
    """asked: the digits that are asked for, in turn. times: how many each pupil draws. run: of the models
    that read them; "" for the run that comes with the app."""

    kind: ClassVar[str] = "digits"
    label: ClassVar[str] = N_("Digits of the class: everyone draws, the models read")
    takes_picture: ClassVar[bool] = True

    asked: str = "0123456789"
    times: int = 1
    run: str = ""

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        given = {"asked": cls.asked, "times": str(cls.times), "run": "", **options}
        if given.keys() - {"asked", "times", "run"}:
            raise Unusable(
                _(
                    "Digits have no option {name}: choose of asked, times, run.",
                    name=quoted(min(given.keys() - {"asked", "times", "run"})),
                )
            )
        asked = given["asked"]
        if not asked or not set(asked) <= set(cls.asked) or len(set(asked)) < len(asked):
            raise Unusable(
                _(
                    "The digits to draw must be different digits, such as 7 or 0123456789, not {value}.",
                    value=quoted(asked),
                )
            )
        if given["times"] not in TIMES:
            raise Unusable(
                _(
                    "Everyone draws once or five times: choose of {allowed}, not {value}.",
                    allowed=", ".join(TIMES),
                    value=quoted(given["times"]),
                )
            )
        return cls(asked, int(given["times"]), given["run"])

    def options(self) -> dict[str, str]:
        own = {"asked": self.asked, "times": str(self.times), "run": self.run}
        return {name: text for name, text in own.items() if text != str(getattr(Digits, name))}

    def title(self) -> str:
        return _("Everyone draws a digit. Who reads them best?")

    def digit(self, number: int, key: str) -> int:
        """Returns which digit the pupil of this number is asked for; key: "0" for the first drawing."""
        return int(self.asked[(number + int(key)) % len(self.asked)])

    def checked(self, _value: Any, key: str, number: int) -> int:
        """Returns the digit that was asked for."""
        if key not in map(str, range(self.times)):
            raise Unusable(
                _(
                    "There is no drawing {key} here: everyone draws {times}.",
                    key=quoted(key),
                    times=self.times,
                )
            )
        return self.digit(number, key)

    def config(self, _value: Any, _number: int, _others: Sequence[Answer]) -> RunConfig | None:
        return None

    def is_done(self, answers: Sequence[Answer]) -> bool:
        return len(answers) >= self.times
