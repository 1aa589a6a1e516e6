"""RunConfig: the one description of a run, from which controls, flags, URLs and the store follow.

A run is three models side by side, a teacher, a distilled and a scratch student, at one setting and one seed.
A model's name is the content hash of what decides its weights, so none is trained twice. Every field has a
`FieldSpec`, from which the page's widgets, the command line's flags and the messages for bad values are made;
those of one objective or one kind of student are in its own file (kd/distillation/objectives/,
kd/networks/students/).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from kd.base.data_sets import MNIST, About, about, name_of
from kd.base.fields import FieldSpec
from kd.base.unusable import Unusable
from kd.config.fields import (
    DRAWN,
    FIRST,
    FRESH,
    TRAIN_IMAGES,
    RunFields,
    has_fresh_teacher,
    has_included_teacher,
    has_teaching,
    learns_from_teacher,
    trains_teacher,
)
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES, Objective
from kd.networks.students import KINDS, Student
from kd.text.translation import N_, _
from kd.text.words import STUDENTS, quoted

# More than the names of all classes of a data set
_LONGEST = 1_000
# Raised when the same fields come to mean a different computation, so that old results are not reused.
RECIPE_VERSION = 1
# How the teachers of another data set than MNIST are trained, once for each, by the included ones' names.
_TEACHERS_OF_DATA: dict[str, dict[str, Any]] = {
    "strong": {"teacher_train_size": TRAIN_IMAGES, "teacher_epochs": 10},
    "notebook": {"teacher_train_size": 10_000, "teacher_epochs": 5},
}
# The seeds of one study and the next generation's do not meet.
_SEEDS_A_GENERATION = 100

NOBODY = ""
"""The person of a run or a study that belongs to nobody in particular."""


def _own(name: str, field: Any, group: str, **spec: Any) -> tuple[str, type, Any]:
    """Returns a field of one objective or one kind of student as a field of RunConfig."""
    spec = {"spec": dataclasses.replace(field.metadata["spec"], group=group, **spec)}
    return name, type(field.default), dataclasses.field(default=field.default, metadata=spec)


def _of_student(name: str, kind: Student) -> tuple[str, type, Any]:
    return _own(kind.size_field, kind.size, "student", counts=lambda run: run.student == name)


def _of_objective(name: str, field: dataclasses.Field) -> tuple[str, type, Any]:
    def counts(run: Any) -> bool:
        return run.objective == name and has_teaching(run)

    return _own(field.name, field, "objective", decides=("distilled",), counts=counts)


if TYPE_CHECKING:

    class _OwnFields:
        def __getattr__(self, name: str) -> Any: ...

else:
    _OwnFields = dataclasses.make_dataclass(
        "_OwnFields",
        [
            *(_of_student(name, kind) for name, kind in KINDS.items() if kind.size_field),
            *(
                _of_objective(name, own)
                for name, objective in OBJECTIVES.items()
                for own in objective.own_fields()
            ),
        ],
        frozen=True,
        kw_only=True,
    )


class Contradiction(ValueError):
    """A value that its field allows, but not together with the other fields; field: its name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class RunConfig(_OwnFields, RunFields):
    """One run: which data, students, teacher and objective, for how long, from which seed.

    Raises:
        ValueError: when a field has the wrong type, is not finite or is out of range, or fields contradict
            each other; the message names the field, the value and what is allowed.
    """

    if TYPE_CHECKING:  # values may be text, and each objective and student has fields of its own

        def __init__(self, **fields: Any) -> None: ...

    def __post_init__(self) -> None:
        for name, spec in FIELDS.items():
            value = getattr(self, name)
            if spec.digits and self.data != MNIST:
                value = _checked_classes(name, value)
            else:
                value = spec.checked(name, value, FIELD_TYPES[name])
            object.__setattr__(self, name, value)
        for name, (is_wrong, message) in _CONTRADICTIONS.items():
            if is_wrong(self):
                raise Contradiction(name, _(message, value=quoted(getattr(self, name))))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> RunConfig:
        """Returns a run from names and values, which may be text (from a URL or a stored record).

        Raises ValueError for an unknown field or a value that its field does not allow.
        """
        for name in values:
            if name not in FIELDS:
                raise not_a_field(name)
        return cls(**values)

    @classmethod
    def from_record(cls, values: Mapping[str, Any]) -> RunConfig:
        """Returns a run from a record: fields that it lacks are as they were then; raises as above."""
        return cls.from_mapping({**_BEFORE, **values})

    def replace(self, **changes: Any) -> RunConfig:
        """Returns the same run with some fields changed."""
        return dataclasses.replace(self, **changes)

    def on(self, data: str) -> RunConfig:
        """Returns the same run on another data set, with no more images than that has; raises as `about`."""
        if data == self.data:
            return self
        fewest = min(self.train_size, about(data).train)
        return self.replace(data=data, train_size=fewest, omitted_digits="", second_teacher="")

    def to_dict(self) -> dict[str, Any]:
        """Returns every field by name, ready for JSON."""
        return dataclasses.asdict(self)

    def identity(self) -> dict[str, Any]:
        """Returns the fields that decide the run.

        Those of the first version are all in it, so that its runs keep their names; only a fresh teacher's
        have ever been left out for another teacher. Later objectives leave out what they do without.
        """
        since = {name for name, spec in FIELDS.items() if spec.as_from_the_start}
        if has_teaching(self) and self.objective != _DEFAULTS["objective"]:
            since = {name for name in since if self.counts(name)}
        if not has_fresh_teacher(self):
            since = {name for name in since if FIELDS[name].counts is not has_fresh_teacher}
        return {"recipe": RECIPE_VERSION, **self._named(since), **self._later(FIELDS)}

    def model_identity(self, model: str) -> dict[str, Any]:
        """Returns the fields that decide the weights of a model, 'teacher', 'distilled' or 'scratch'."""
        deciding = [name for name, spec in FIELDS.items() if model in spec.decides]
        since = [name for name in deciding if FIELDS[name].as_from_the_start and self.counts(name)]
        identity = {"recipe": RECIPE_VERSION, **self._named(since), **self._later(deciding)}
        if model == "teacher" and self.own_teacher is not self:
            return self.own_teacher.model_identity(model)
        if model == "teacher":
            stored = {"recipe": RECIPE_VERSION, "teacher": self.teacher}
            return identity if has_fresh_teacher(self) else stored
        if model == "distilled" and self.learns_from_teacher:
            identity["teacher"] = self.teacher_id
        return {**identity, "model": model}

    def counts(self, name: str) -> bool:
        """Tells whether the field makes a difference to this run."""
        counts = FIELDS[name].counts
        return counts is None or counts(self)

    @property
    def run_id(self) -> str:
        """The run's name everywhere: twelve hexadecimal digits of the SHA-256 of its identity."""
        return content_hash(self.identity())

    @property
    def teacher_id(self) -> str:
        """The teacher's name: a shipped one's own, a stored model's id, or a content hash."""
        return content_hash(self.model_identity("teacher")) if trains_teacher(self) else self.teacher

    @property
    def own_teacher(self) -> RunConfig:
        """The setting with which the teacher is trained: this one, or that of a data set's only teacher."""
        if has_fresh_teacher(self) or not trains_teacher(self):
            return self
        return RunConfig(data=self.data, teacher=FRESH, pictures=FIRST, **_TEACHERS_OF_DATA[self.teacher])

    @property
    def about_data(self) -> About:
        """What is known of its data set; raises ValueError where that is not here."""
        return about(self.data)

    @property
    def data_name(self) -> str:
        """What its data set is called; the id of one that is not here."""
        return name_of(self.data)

    @property
    def sees_all_images(self) -> bool:
        """Whether its students see all training images that there are, as far as is known."""
        try:
            return self.train_size >= self.about_data.train
        except ValueError:
            return False

    @property
    def has_included_teacher(self) -> bool:
        """Whether its teacher comes with the project."""
        return has_included_teacher(self)

    @property
    def omitted(self) -> tuple[str, ...]:
        """The names of the classes that the students never see."""
        if self.data == MNIST:
            return tuple(self.omitted_digits)
        return tuple(self.omitted_digits.split(",")) if self.omitted_digits else ()

    @property
    def model_ids(self) -> dict[str, str]:
        """The names of the three models, by 'teacher', 'distilled' and 'scratch'."""
        students = {name: content_hash(self.model_identity(name)) for name in STUDENTS}
        return {"teacher": self.teacher_id, **students}

    @property
    def learns_from_teacher(self) -> bool:
        """Whether the teacher decides anything about the distilled student."""
        return learns_from_teacher(self)

    @property
    def has_equal_students(self) -> bool:
        """Whether both students learn from the same labels, and from nothing else."""
        return not has_teaching(self) and self.baseline == "labels" and not self.counts("labelled")

    @property
    def makes_mistake(self) -> bool:
        """Whether the distilled student learns with a mistake, on purpose."""
        return self.mistake != "" and self.counts("mistake")

    @property
    def training_seed(self) -> int:
        """Draws the initial weights and the order of the images of the models trained for this run."""
        return self.seed + _SEEDS_A_GENERATION * self.generation

    @property
    def draws_pictures(self) -> bool:
        """Whether another seed has other training images."""
        return self.pictures == DRAWN and self.counts("pictures")

    @property
    def teacher_dropout(self) -> float:
        """The share of the features before its last layer that a teacher loses as it answers, by mistake."""
        return MISTAKES[self.mistake].teacher_dropout if self.makes_mistake else 0.0

    @property
    def objective_class(self) -> type[Objective]:
        """What the distilled student learns from its teacher."""
        return OBJECTIVES[self.objective]

    def objective_values(self) -> Objective:
        """Returns the objective with this run's numbers, or the mistake that it makes with it."""
        kind = MISTAKES[self.mistake] if self.makes_mistake else self.objective_class
        own = {own.name: getattr(self, own.name) for own in self.objective_class.own_fields()}
        scale = self.temperature**2 if self.temperature_squared else 1.0
        return kind(alpha=self.alpha, temperature=self.temperature, scale=scale, **own)

    def _named(self, names: Any) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FIELDS if name in names}

    def _later(self, names: Any) -> dict[str, Any]:
        """Returns the later fields that make a difference: a new one must not rename what there is."""
        return {
            name: getattr(self, name)
            for name in names
            if not FIELDS[name].as_from_the_start
            and getattr(self, name) != _BEFORE.get(name, _DEFAULTS[name])
            and self.counts(name)
        }


def _checked_classes(name: str, value: Any) -> str:
    """Returns names of classes, each once and in order, joined by commas; raises ValueError for no text."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise Unusable(
            "{name} must be names of classes, with commas between them, or empty, got {value}.",
            name=name,
            value=quoted(value),
        )
    return ",".join(sorted({part.strip() for part in value.split(",")} - {""}))


def not_a_field(name: object) -> ValueError:
    """Returns the refusal of what is no field of a run, or none that people set."""
    return Unusable(
        "{name} is not a field of a run: did you mean {fields}?",
        name=quoted(name),
        fields=", ".join(get_close_matches(str(name), OFFERED, cutoff=0.0)),
    )


def content_hash(identity: Mapping[str, Any]) -> str:
    """Returns twelve hexadecimal digits that name this content."""
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


FIELDS: dict[str, FieldSpec] = {field.name: field.metadata["spec"] for field in dataclasses.fields(RunConfig)}
OFFERED: dict[str, FieldSpec] = {name: spec for name, spec in FIELDS.items() if not spec.hidden}
"""The fields that people set, by controls, flags and addresses."""
FIELD_TYPES: dict[str, type] = {field.name: type(field.default) for field in dataclasses.fields(RunConfig)}
_DEFAULTS: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(RunConfig)}
_BEFORE: dict[str, Any] = {name: spec.before for name, spec in FIELDS.items() if spec.before is not None}

# Field → whether the other fields contradict it, and what to say then.
_CONTRADICTIONS: dict[str, tuple[Callable[[RunConfig], bool], str]] = {
    "data": (
        lambda run: run.data != MNIST and run.second_teacher != "",
        N_("data must be mnist where there is a second teacher, got {value}."),
    ),
    "omitted_digits": (
        lambda run: run.data == MNIST and len(run.omitted_digits) == 10,
        N_("omitted_digits must be at most nine of the ten digits, got {value}."),
    ),
    "labelled": (
        lambda run: run.labelled == 0 and run.alpha > 0,
        N_("labelled must be at least 1 while alpha gives labels a weight, got {value}: or set alpha to 0."),
    ),
    "alpha": (
        lambda run: run.objective_class.compares_attention and run.alpha == 0,
        N_(
            "alpha must be above 0 with the objective attention, which does not train the last layer, "
            "got {value}."
        ),
    ),
    "shift": (
        lambda run: run.objective_class.compares_attention and run.shift > 0 and not run.fixed_teaching,
        N_(
            "shift must be 0 with the objective attention, got {value}: or let the teacher see images "
            "unshifted with fixed_teaching."
        ),
    ),
    "objective": (
        lambda run: run.objective_class.compares_attention and not KINDS[run.student].has_attention,
        N_("objective must not be attention unless the student has two convolutions, got {value}."),
    ),
}


@dataclass(frozen=True)
class Preset:
    """A run worth starting from, and what it teaches; both texts are marked for translation."""

    label: str
    teaches: str
    config: RunConfig


PRESETS: dict[str, Preset] = {
    "default": Preset(
        N_("Few images"),
        N_(
            "A strong teacher and a student with 500 images: the teacher's doubts tell the student what so "
            "few labels do not."
        ),
        RunConfig(),
    ),
    "many_images": Preset(
        N_("10,000 images"),
        N_("With many images the labels say nearly everything, and a teacher can add little."),
        RunConfig(temperature=4.0, epochs=10, train_size=10_000),
    ),
    "notebook": Preset(
        N_("The notebook, to the letter"),
        N_(
            "A teacher that has seen no more than its student, three epochs, and no T²: what is there to "
            "gain?"
        ),
        RunConfig(
            temperature_squared=False, teacher="notebook", epochs=3, train_size=10_000, pictures="first"
        ),
    ),
    "wrong_labels": Preset(
        N_("Wrong labels"),
        N_(
            "Of 1,000 labels, 400 are drawn at random, and most of these are wrong: the teacher's word is "
            "worth more than theirs."
        ),
        RunConfig(train_size=1_000, epochs=20, label_noise=0.4),
    ),
    "unseen_digit": Preset(
        N_("A digit it never saw"),
        N_("The student never sees a 3, and learns from its teacher alone what one looks like."),
        RunConfig(alpha=0.0, temperature=20.0, epochs=5, train_size=10_000, omitted_digits="3"),
    ),
}


def presets_for(data: str) -> dict[str, RunConfig]:
    """Returns the settings of those presets that a data set suits, with its pictures; raises as `about`."""
    images = about(data).train
    return {
        name: preset.config.on(data)
        for name, preset in PRESETS.items()
        if data == MNIST
        or name == "default"
        or (preset.config.train_size <= images and not preset.config.omitted)
    }


def config_of(setting: RunConfig | Preset | str) -> RunConfig:
    """Returns the run of a RunConfig, a preset or a preset's name; raises ValueError for anything else."""
    if isinstance(setting, str):
        setting = PRESETS.get(setting, setting)
    if isinstance(setting, Preset):
        return setting.config
    if isinstance(setting, RunConfig):
        return setting
    raise ValueError(
        f"A run is asked for by a RunConfig or the name of a preset ({', '.join(PRESETS)}), got "
        f"{quoted(setting)}."
    )
