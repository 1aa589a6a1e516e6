"""RunConfig: the one description of a run, from which controls, flags, URLs and the store follow.

A run is a small immutable value. Its content hash is its name, so the same question is never
computed twice. Every field has a `FieldSpec` (label, help, range), from which the page's widgets, the
command line's flags and the messages for bad values are made.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kd.text.translation import N_, _
from kd.text.words import quoted

# Raised when the same fields come to mean a different computation, so that old results are not reused.
RECIPE_VERSION = 1

TRAIN_IMAGES = 60_000
TEST_IMAGES = 10_000

SHIPPED_TEACHERS = ("strong", "notebook")


@dataclass(frozen=True)
class FieldSpec:
    """What people and programs need to know about a field of RunConfig.

    label and help are in English, marked for translation: `_(spec.label)`.
    """

    label: str
    help: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    rare: bool = False
    fresh_teacher_only: bool = False

    @property
    def allowed(self) -> str:
        """The values that are allowed, in words: 'between 0 and 1', 'one of strong, fresh'."""
        if self.choices:
            return _("one of {choices}", **self._limits)
        if self.minimum is None:
            return _("true or false")
        return _("between {minimum} and {maximum}", **self._limits)

    def refusal(self, message: str, name: str, value: Any) -> ValueError:
        """The error for a value that this field, called `name`, does not allow; message: see _checked."""
        return ValueError(_(message, name=name, value=quoted(value), **self._limits))

    @property
    def _limits(self) -> dict[str, str]:
        if self.choices:
            return {"choices": ", ".join(self.choices)}
        return (
            {} if self.minimum is None else {"minimum": f"{self.minimum:g}", "maximum": _plain(self.maximum)}
        )


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _field(default: Any, **spec: Any) -> Any:
    return dataclasses.field(default=default, metadata={"spec": FieldSpec(**spec)})


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """One run: which teacher, which images, which objective, for how long, from which seed.

    Raises:
        ValueError: when a field has the wrong type, is not finite or is out of range; the message names the
            field, the value and what is allowed.
    """

    alpha: float = _field(
        0.1,
        label=N_("α, weight of the true labels"),
        help=N_(
            "At 1 the student learns from the labels alone, at 0 from the teacher alone. "
            "The loss is α · cross-entropy + (1 − α) · distance from the teacher."
        ),
        minimum=0.0,
        maximum=1.0,
        step=0.05,
    )
    temperature: float = _field(
        4.0,
        label=N_("T, temperature"),
        help=N_(
            "Divides the logits of teacher and student before the softmax. "
            "A higher T shows more of what the teacher thinks of the wrong classes."
        ),
        minimum=0.1,
        maximum=100.0,
        step=0.5,
    )
    temperature_squared: bool = _field(
        True,
        label=N_("Multiply the teacher's part by T²"),
        help=N_(
            "The gradients of soft targets shrink as 1/T². Multiplying by T² keeps the balance that α sets "
            "when T changes (Hinton et al. 2015, section 2). The original notebook does not multiply."
        ),
    )
    teacher: str = _field(
        "strong",
        label=N_("Teacher"),
        help=N_(
            "strong: trained on all 60,000 images. notebook: trained on 10,000 images for 5 epochs, "
            "as in the original notebook. fresh: a new one, trained now while you watch."
        ),
        choices=(*SHIPPED_TEACHERS, "fresh"),
    )
    epochs: int = _field(
        10,
        label=N_("Epochs"),
        help=N_("How many times each student sees all of its training images."),
        minimum=1,
        maximum=100,
        step=1,
    )
    train_size: int = _field(
        10_000,
        label=N_("Training images"),
        help=N_("How many of MNIST's 60,000 training images the students see (the first ones, in order)."),
        minimum=10,
        maximum=TRAIN_IMAGES,
        step=10,
        rare=True,
    )
    batch_size: int = _field(
        32,
        label=N_("Batch size"),
        help=N_("How many images each step of the optimiser uses."),
        minimum=1,
        maximum=1024,
        step=1,
        rare=True,
    )
    seed: int = _field(
        0,
        label=N_("Seed"),
        help=N_("Sets the initial weights and the order of the images. Another seed shows how much is luck."),
        minimum=0,
        maximum=2**31 - 1,
        step=1,
        rare=True,
    )
    teacher_epochs: int = _field(
        5,
        label=N_("Epochs of the fresh teacher"),
        help=N_("How many times a fresh teacher sees its training images."),
        minimum=1,
        maximum=100,
        step=1,
        rare=True,
        fresh_teacher_only=True,
    )
    teacher_train_size: int = _field(
        10_000,
        label=N_("Training images of the fresh teacher"),
        help=N_("How many of the 60,000 training images a fresh teacher sees."),
        minimum=10,
        maximum=TRAIN_IMAGES,
        step=10,
        rare=True,
        fresh_teacher_only=True,
    )

    def __post_init__(self) -> None:
        for name, spec in FIELDS.items():
            object.__setattr__(self, name, _checked(name, getattr(self, name), spec))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> RunConfig:
        """Build from names and values, which may be text (from a URL or a stored record).

        Raises:
            ValueError: for an unknown field or a value that its field does not allow.
        """
        for name in values:
            if name not in FIELDS:
                raise ValueError(
                    _(
                        "{name} is not a field of a run: use {fields}.",
                        name=quoted(name),
                        fields=", ".join(FIELDS),
                    )
                )
        return cls(**values)

    def replace(self, **changes: Any) -> RunConfig:
        """The same run with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Every field by name, ready for JSON."""
        return dataclasses.asdict(self)

    def identity(self) -> dict[str, Any]:
        """The fields that decide the result; those of a fresh teacher count only if the teacher is fresh."""
        fields = self.to_dict()
        if self.teacher != "fresh":
            fields = {k: v for k, v in fields.items() if not FIELDS[k].fresh_teacher_only}
        return {"recipe": RECIPE_VERSION, **fields}

    def teacher_identity(self) -> dict[str, Any]:
        """The fields that decide the teacher; runs with the same ones share a teacher."""
        if self.teacher != "fresh":
            return {"recipe": RECIPE_VERSION, "teacher": self.teacher}
        names = ("teacher", "teacher_epochs", "teacher_train_size", "batch_size", "seed")
        return {"recipe": RECIPE_VERSION, **{name: getattr(self, name) for name in names}}

    @property
    def run_id(self) -> str:
        """The run's name everywhere: twelve hexadecimal digits of the SHA-256 of its identity."""
        return content_hash(self.identity())

    @property
    def teacher_id(self) -> str:
        """The name of this run's teacher: a shipped one's own name, or a content hash."""
        return self.teacher if self.teacher != "fresh" else content_hash(self.teacher_identity())


def content_hash(identity: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that name this content."""
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _checked(name: str, value: Any, spec: FieldSpec) -> Any:
    """The value in its field's type.

    Raises:
        ValueError: when the field does not allow it.
    """
    if spec.choices:
        if value not in spec.choices:
            raise spec.refusal(_NOT_A_CHOICE, name, value)
        return value
    kind = FIELD_TYPES[name]
    converted = _CONVERTERS[kind](value)
    if converted is None:
        raise spec.refusal(_NOT_OF_KIND[kind], name, value)
    if kind is not bool and not spec.minimum <= converted <= spec.maximum:
        raise spec.refusal(_OUT_OF_RANGE, name, value)
    return converted


def to_bool(value: Any) -> bool | None:
    """A switch, also as text (true, 1, false, 0); None for anything else."""
    words = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, str):
        return words.get(value.lower())
    return bool(value) if value in (True, False) else None


def _to_float(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    # + 0.0 turns −0.0 into 0.0: they are the same value, and must be the same run
    return number + 0.0 if math.isfinite(number) else None


def _to_int(value: Any) -> int | None:
    number = _to_float(value)
    return int(number) if number is not None and number.is_integer() else None


_CONVERTERS = {bool: to_bool, float: _to_float, int: _to_int}

_NOT_A_CHOICE = N_("{name} must be one of {choices}, got {value}.")
_OUT_OF_RANGE = N_("{name} must be between {minimum} and {maximum}, got {value}.")
_NOT_OF_KIND = {
    bool: N_("{name} must be true or false, got {value}."),
    float: N_("{name} must be a number between {minimum} and {maximum}, got {value}."),
    int: N_("{name} must be a whole number between {minimum} and {maximum}, got {value}."),
}

FIELDS: dict[str, FieldSpec] = {field.name: field.metadata["spec"] for field in dataclasses.fields(RunConfig)}
FIELD_TYPES: dict[str, type] = {field.name: type(field.default) for field in dataclasses.fields(RunConfig)}


@dataclass(frozen=True)
class Preset:
    """A run worth starting from, and what it teaches; both texts are marked for translation."""

    label: str
    teaches: str
    config: RunConfig


PRESETS: dict[str, Preset] = {
    "default": Preset(
        N_("Where distillation helps"),
        N_(
            "A strong teacher and a student with few images: the teacher's doubts tell the student what the "
            "labels do not."
        ),
        RunConfig(),
    ),
    "notebook": Preset(
        N_("The notebook, to the letter"),
        N_(
            "A teacher that has seen no more than its student has little to add, and three epochs without T² "
            "leave it little time."
        ),
        RunConfig(alpha=0.1, temperature=10.0, temperature_squared=False, teacher="notebook", epochs=3),
    ),
}
