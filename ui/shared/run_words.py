"""A run or a study in a few words: its setting, whose it is, and when it was started."""

import time
from collections.abc import Callable
from typing import Any

from kd.config import FIELDS, RunConfig
from kd.distillation.objectives import OBJECTIVES
from kd.networks.architectures import student_words
from kd.networks.students import KINDS
from kd.runs.state import RunView
from kd.studies.experiments import EXPERIMENTS
from kd.studies.study import StudyView
from kd.text.study_words import epochs_words
from kd.text.translation import N_, _, ngettext, numeral
from kd.text.words import called, listing, plain
from ui.shared.person import person

_TEACHERS = {
    "strong": N_("strong teacher"),
    "notebook": N_("the notebook's teacher"),
    "fresh": N_("fresh teacher"),
}
_T = N_("T {temperature}")
_SQUARED, _NOT_SQUARED = N_("T {temperature} with T²"), N_("T {temperature} without T²")

_MONTHS = N_("January February March April May June July August September October November December")


def setting(config: RunConfig) -> str:
    """Returns a run's setting in one line: what is usual, and what is unusual about this one."""
    # where the teacher's part has no weight, a run is known by T and T², whatever its objective
    objective = (config if config.counts("objective") else _USUAL).objective_class
    parts = [*([_words(config, "data")] if _differs(config, "data") else []), _words(config, "alpha")]
    if objective.uses_temperature:
        squared = _SQUARED if config.temperature_squared else _NOT_SQUARED
        words = squared if objective.uses_temperature_squared else _T
        parts.append(_(words, temperature=plain(config.temperature)))
    if objective.uses_teacher or _differs(config, "teacher"):  # without a part in the loss it is in the run
        parts.append(_teacher(config))
    parts += [_words(config, "epochs"), _words(config, "train_size")]
    parts += [_words(config, name) for name in ("batch_size", "seed") if _differs(config, name)]
    later = [name for name in _unusual(config) if not FIELDS[name].as_from_the_start and name != "data"]
    parts += [_words(config, name) for name in later]
    return " · ".join(parts)


def differs(config: RunConfig, but: tuple[str, ...] = ("seed", "teacher")) -> str:
    """Returns what of a setting is not as in the default one, in one line. but: fields to leave out."""
    return " · ".join(_words(config, name) for name in _unusual(config) if name not in but)


def teacher(config: RunConfig) -> str:
    """Returns the teacher of a run, with what is unusual about its training; empty where none teaches."""
    return _teacher(config) if config.learns_from_teacher else ""


def _differs(config: RunConfig, name: str) -> bool:
    return getattr(config, name) != getattr(_USUAL, name)


def _unusual(config: RunConfig) -> list[str]:
    """Returns the fields that count and are not at their default; "student" stands for its size, too."""
    differ = {name for name in FIELDS if _differs(config, name) and config.counts(name)}
    if config.student != _USUAL.student or differ & {*_OF_STUDENT}:
        differ.add("student")
    found = [name for name in FIELDS if name in differ and name not in (*_OF_TEACHER, *_OF_STUDENT)]
    return sorted(found, key=lambda name: name != "data")  # whose pictures they are decides most


def _words(config: RunConfig, name: str) -> str:
    """Returns what is said of a field: its label and its value, or words of its own."""
    if name == "student":
        return student_words(config)
    if name == "omitted_digits":
        return _("without {digits}", digits=listing([*map(called, config.omitted)]))
    spec, value = FIELDS[name], getattr(config, name)
    if name in _OWN_WORDS:
        return _OWN_WORDS[name](value)
    return _("{label}: {value}", label=_(spec.label), value=spec.in_words(value))


def _teacher(config: RunConfig) -> str:
    """Returns the teachers, and how a fresh one is trained: without it, two runs would read alike."""
    second = config.second_teacher if config.counts("second_teacher") else ""
    names = [name for name in (config.teacher, second) if name]
    said = [_(_TEACHERS[name]) if name in _TEACHERS else _("teacher {model}", model=name) for name in names]
    words = _("{one} and {other}", one=said[0], other=said[1]) if len(said) > 1 else said[0]
    parts = [_words(config, name) for name in _OF_TEACHER if name in _OWN_WORDS and _differs(config, name)]
    return f"{words} ({', '.join(parts)})" if parts and config.teacher == "fresh" else words


def _images(number: int) -> str:
    return _("{count} images", count=numeral(number))


_USUAL = RunConfig()
_OF_TEACHER = [name for name, spec in FIELDS.items() if spec.group == "teacher" and name != "teacher"]
_OF_STUDENT = [kind.size_field for kind in KINDS.values()]
_OWN_WORDS: dict[str, Callable[[Any], str]] = {
    "alpha": lambda alpha: f"α {plain(alpha)}",
    "temperature": lambda temperature: _(_T, temperature=plain(temperature)),
    "temperature_squared": lambda on: _("without T²"),
    "epochs": epochs_words,
    "train_size": _images,
    "batch_size": lambda size: _("batches of {size}", size=numeral(size)),
    "seed": lambda seed: _("seed {seed}", seed=seed),
    "teacher_epochs": epochs_words,
    "teacher_train_size": _images,
    "teacher_width": lambda width: ngettext("{count} filter", "{count} filters", width),
    "teacher_label_smoothing": lambda share: _("labels smoothed by {share}", share=plain(share)),
    "labelled": lambda labels: ngettext("{count} label", "{count} labels", labels),
    "label_noise": lambda noise: _("{share} % of the labels drawn at random", share=plain(100 * noise)),
    "baseline": lambda baseline: _("scratch with smoothed labels"),
    "objective": lambda name: _(OBJECTIVES[name].label),
    "mistake": lambda name: _("a mistake: {mistake}", mistake=FIELDS["mistake"].in_words(name)),
}


def study_name(view: StudyView) -> str:
    """Returns a study in a list: what it varies, how far it has come if it has ended, whose it is."""
    runs = ngettext("{count} run", "{count} runs", view.runs)
    if view.done < view.runs and not view.active:  # elsewhere one sees how far it is
        runs = _("{done} of {runs}", done=numeral(view.done), runs=runs)
    fields = listing([_(FIELDS[name].label).partition(",")[0] for name in view.study.axes])
    if _differs(view.study.base, "data") and "data" not in view.study.axes:
        fields = _("{data}, {fields}", data=_words(view.study.base, "data"), fields=fields)
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
    """Returns when a run was started, or that it came with the app."""
    if view.shipped:
        return _("came with the app")
    return on_day(view.created)


def on_day(seconds: float) -> str:
    """Returns a time, in seconds since 1970, as a date and an hour, such as 3 May 2026, 14:05."""
    at = time.localtime(seconds)
    return _(
        "{day} {month} {year}, {time}",
        day=at.tm_mday,
        month=_(_MONTHS).split()[at.tm_mon - 1],
        year=at.tm_year,
        time=time.strftime("%H:%M", at),
    )
