"""A run or a study in a few words: its setting, whose it is, and when it was started."""

from __future__ import annotations

import time

from kd.config import FIELDS, RunConfig
from kd.networks.architectures import student_architecture
from kd.networks.students import KINDS
from kd.runs.state import RunView
from kd.studies.experiments import EXPERIMENTS
from kd.studies.view import StudyView
from kd.text.translation import N_, _, ngettext
from kd.text.words import listing, plain
from ui.shared.person import person

_TEACHERS = {
    "strong": N_("strong teacher"),
    "notebook": N_("the notebook's teacher"),
    "fresh": N_("fresh teacher"),
}
_SQUARED, _NOT_SQUARED = N_("T {temperature} with T²"), N_("T {temperature} without T²")

_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def setting(config: RunConfig) -> str:
    """A run's setting in one line: what is usual, and what is unusual about this one."""
    usual, objective = RunConfig(), config.objective_class
    parts = [f"α {plain(config.alpha)}"]
    if objective.uses_temperature:
        parts.append(_temperature(config))
    if objective.uses_teacher or config.teacher != usual.teacher:
        parts.append(_teacher(config) + _its_training(config))
    parts += [_epochs(config.epochs), _images(config.train_size)]
    if config.batch_size != usual.batch_size:
        parts.append(_("batches of {size}", size=f"{config.batch_size:,}"))
    if config.seed:
        parts.append(_("seed {seed}", seed=config.seed))
    for name in _unusual(config):
        spec = FIELDS[name]
        if not spec.as_from_the_start and spec.group != "teacher":
            parts.append(_UNUSUAL[name](config) if name in _UNUSUAL else _named(config, name))
    return " · ".join(part for part in parts if part)


def differs(config: RunConfig, but: tuple[str, ...] = ("seed", "teacher")) -> str:
    """What of a setting is not as in the default one, in one line; empty if all is.

    Args:
        but: fields to leave out.
    """
    unusual = [name for name in _unusual(config) if name not in but]
    parts = (_SHORT[name](config) if name in _SHORT else _named(config, name) for name in unusual)
    return " · ".join(part for part in parts if part)


def _unusual(config: RunConfig) -> list[str]:
    """The fields that count and are not at their default; "student" stands for its size, too."""
    usual = RunConfig()
    differ = {
        name for name in FIELDS if getattr(config, name) != getattr(usual, name) and config.counts(name)
    }
    if student_architecture(config) != student_architecture(usual):
        differ.add("student")
    return [name for name in FIELDS if name in differ]


def teacher(config: RunConfig) -> str:
    """The teacher of a run, with what is unusual about its training; empty where none teaches."""
    if not config.learns_from_teacher:
        return ""
    return _teacher(config) + _its_training(config)


def _temperature(config: RunConfig) -> str:
    words = _SQUARED if config.temperature_squared else _NOT_SQUARED
    if not config.objective_class.uses_temperature_squared:
        words = N_("T {temperature}")
    return _(words, temperature=plain(config.temperature))


def _teacher(config: RunConfig) -> str:
    first = _one_teacher(config.teacher)
    if not config.second_teacher:
        return first
    return _("{one} and {other}", one=first, other=_one_teacher(config.second_teacher))


def _one_teacher(model: str) -> str:
    return _(_TEACHERS[model]) if model in _TEACHERS else _("teacher {model}", model=model)


def _labels(config: RunConfig) -> str:
    return ngettext("{count} label", "{count} labels", config.labelled, count=f"{config.labelled:,}")


def _omitted(config: RunConfig) -> str:
    return _("without {digits}", digits=listing(list(config.omitted_digits)))


def _noise(config: RunConfig) -> str:
    return _("{share} % of the labels drawn at random", share=plain(100 * config.label_noise))


def _named(config: RunConfig, name: str) -> str:
    spec, value = FIELDS[name], getattr(config, name)
    if isinstance(value, bool):
        value = _("on") if value else _("off")
    elif spec.choices:
        value = spec.choice_label(value)
    else:
        value = plain(value)
    return _("{label}: {value}", label=_(spec.label), value=value)


# What is said of a field that is not as usual; of the others, their label and their value.
_UNUSUAL = {
    "student": lambda config: student_architecture(config).words,
    # said with the kind of student
    **dict.fromkeys((kind.size_field for kind in KINDS.values()), lambda config: ""),
    "labelled": _labels,
    "omitted_digits": _omitted,
    "label_noise": _noise,
    "baseline": lambda config: _("scratch with smoothed labels"),
    "objective": lambda config: _(config.objective_class.label),
    "mistake": lambda config: _("a mistake: {mistake}", mistake=FIELDS["mistake"].in_words(config.mistake)),
}

# The same of every field: what is usual of the others goes without saying.
_SHORT = {
    "alpha": lambda config: f"α {plain(config.alpha)}",
    "temperature": lambda config: _("T {temperature}", temperature=plain(config.temperature)),
    "temperature_squared": lambda config: _("without T²"),
    "epochs": lambda config: _epochs(config.epochs),
    "train_size": lambda config: _images(config.train_size),
    "batch_size": lambda config: _("batches of {size}", size=f"{config.batch_size:,}"),
    "seed": lambda config: _("seed {seed}", seed=config.seed),
    # said with the teacher
    **dict.fromkeys(
        (name for name, spec in FIELDS.items() if spec.group == "teacher" and name != "teacher"),
        lambda config: "",
    ),
    **_UNUSUAL,
}


def _its_training(config: RunConfig) -> str:
    """How a fresh teacher is trained, where that is unusual: without it, two runs would read alike."""
    usual, parts = RunConfig(), []
    if config.teacher_epochs != usual.teacher_epochs:
        parts.append(_epochs(config.teacher_epochs))
    if config.teacher_train_size != usual.teacher_train_size:
        parts.append(_images(config.teacher_train_size))
    if config.teacher_width != usual.teacher_width:
        width = config.teacher_width
        parts.append(ngettext("{count} filter", "{count} filters", width, count=width))
    if config.teacher_label_smoothing != usual.teacher_label_smoothing:
        parts.append(_("labels smoothed by {share}", share=plain(config.teacher_label_smoothing)))
    return f" ({', '.join(parts)})" if parts and config.teacher == "fresh" else ""


def _epochs(number: int) -> str:
    return ngettext("{count} epoch", "{count} epochs", number, count=f"{number:,}")


def _images(number: int) -> str:
    return _("{count} images", count=f"{number:,}")


def study_name(view: StudyView) -> str:
    """A study in a list: what it varies, how far it has come if it has ended, whose it is."""
    runs = ngettext("{count} run", "{count} runs", view.runs, count=f"{view.runs:,}")
    if view.done < view.runs and not view.active:  # elsewhere one sees how far it is
        runs = _("{done} of {runs}", done=f"{view.done:,}", runs=runs)
    fields = listing([_(FIELDS[name].label).partition(",")[0] for name in view.study.axes])
    if view.experiment in EXPERIMENTS:
        title = _(EXPERIMENTS[view.experiment].title)
        return _("Experiment “{title}”: {fields}, {runs}", title=title, fields=fields, runs=runs)
    whose = _("somebody else's") if view.person else _("nobody's")
    return _(
        "{fields}: {runs}, {whose}, {when}",
        fields=fields,
        runs=runs,
        whose=_("yours") if view.person == person() else whose,
        when=on_day(view.created),
    )


def when(view: RunView) -> str:
    """When a run was started, or that it came with the app."""
    if view.shipped:
        return _("came with the app")
    return on_day(view.created)


def on_day(seconds: float) -> str:
    """A time as a date and an hour, such as 3 May 2026, 14:05; seconds: since 1970."""
    at = time.localtime(seconds)
    return _(
        "{day} {month} {year}, {time}",
        day=at.tm_mday,
        month=_(_MONTHS[at.tm_mon - 1]),
        year=at.tm_year,
        time=time.strftime("%H:%M", at),
    )
