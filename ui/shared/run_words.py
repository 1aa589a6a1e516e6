"""A run in a few words: its setting, and when it was started."""

from __future__ import annotations

import time

from kd.config import FIELDS, RunConfig
from kd.runs.state import RunView
from kd.text.translation import N_, _, ngettext
from kd.text.words import plain

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
    """A run's setting in one line."""
    parts = [
        f"α {plain(config.alpha)}",
        _(_SQUARED if config.temperature_squared else _NOT_SQUARED, temperature=plain(config.temperature)),
        _teacher(config) + _its_training(config),
        _epochs(config.epochs),
        _images(config.train_size),
    ]
    if config.batch_size != RunConfig().batch_size:
        parts.append(_("batches of {size}", size=config.batch_size))
    if config.seed:
        parts.append(_("seed {seed}", seed=config.seed))
    later = [name for name, spec in FIELDS.items() if not spec.as_from_the_start and config.counts(name)]
    parts += [_named(config, name) for name in later if getattr(config, name) != getattr(RunConfig(), name)]
    return " · ".join(parts)


def _teacher(config: RunConfig) -> str:
    if config.teacher in _TEACHERS:
        return _(_TEACHERS[config.teacher])
    return _("teacher {model}", model=config.teacher)


def _named(config: RunConfig, name: str) -> str:
    spec, value = FIELDS[name], getattr(config, name)
    if spec.choices:
        value = spec.choice_label(value)
    elif not spec.digits:
        value = plain(value)
    return _("{label}: {value}", label=_(spec.label), value=value)


def _its_training(config: RunConfig) -> str:
    """How a fresh teacher is trained, where that is unusual: without it, two runs would read alike."""
    usual, parts = RunConfig(), []
    if config.teacher_epochs != usual.teacher_epochs:
        parts.append(_epochs(config.teacher_epochs))
    if config.teacher_train_size != usual.teacher_train_size:
        parts.append(_images(config.teacher_train_size))
    return f" ({', '.join(parts)})" if parts and config.teacher == "fresh" else ""


def _epochs(number: int) -> str:
    return ngettext("{count} epoch", "{count} epochs", number, count=number)


def _images(number: int) -> str:
    return _("{count} images", count=f"{number:,}")


def when(view: RunView) -> str:
    """When a run was started, or that it came with the app."""
    if view.shipped:
        return _("came with the app")
    at = time.localtime(view.created)
    return _(
        "{day} {month} {year}, {time}",
        day=at.tm_mday,
        month=_(_MONTHS[at.tm_mon - 1]),
        year=at.tm_year,
        time=time.strftime("%H:%M", at),
    )
