"""A report of the run: one HTML page with setting, curves, verdict and versions, which needs nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, ClassVar, NamedTuple

from kd._version import __version__
from kd.config import FIELDS, RunConfig
from kd.export import report_figures
from kd.export.format import Check, Format, Material
from kd.fields import GROUPS, FieldSpec
from kd.studies.in_text.command import train_command
from kd.studies.sure.single_seeds import near_note
from kd.text.translation import N_, _, language, ngettext
from kd.text.verdicts import verdict_note, verdict_sentence
from kd.text.words import MODELS, NAMES, accuracy, count, duration, file_size, milliseconds, plain

_GROUP_TITLES = {
    "data": N_("Data"),
    "student": N_("Student"),
    "teacher": N_("Teacher"),
    "objective": N_("Objective"),
    "schedule": N_("Training"),
}


class Setting(NamedTuple):
    """A field of the run, in words. usual: whether it is at its default."""

    label: str
    value: str
    usual: bool


class Report(Format):
    """Whatever a run's pages say of it that does not move, on one page to keep or to send."""

    name = "report"
    suffix = ".html"
    packages: ClassVar = {}
    of_one_model = False

    def files(self, material: Material, model: str, name: str, check: Check) -> dict[str, bytes]:
        return {name: page(material, check).encode()}


def page(material: Material, check: Check = lambda: None) -> str:
    """The page. Jinja escapes whatever is put into it, but the charts."""
    from jinja2 import Environment, StrictUndefined

    template = files("kd.export").joinpath("report.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template).render(_contents(material, check)) + "\n"


def _contents(material: Material, check: Check) -> dict[str, Any]:
    view = material.view
    config, result = view.config, view.result or {}
    charts = []
    for chart in report_figures.charts(material):
        check()
        charts.append(chart)
    pictures = report_figures.changed(material)
    comparison = result["comparison"]
    return {
        "language": language(),
        "title": _("Run {run}", run=view.run_id),
        "made": _made(material),
        "verdict": verdict_sentence(comparison, config),
        "notes": [note for note in (verdict_note(comparison), near_note(config)) if note],
        "models": [_model(result[model], model) for model in MODELS],
        "charts": charts,
        "changes": [
            (_only("distilled", comparison), pictures["fixed"]),
            (_only("scratch", comparison), pictures["broken"]),
        ],
        "settings": list(_settings(config)),
        "command": train_command(config),
        "versions": {**material.software, "kd-lab": __version__},
        "words": {key: _(word) for key, word in _WORDS.items()},
        "loss_help": _(config.objective_class.help) if config.counts("objective") else "",
        "source": config.objective_class.source,
    }


_WORDS = {
    "figures": N_("Figures"),
    "curves": N_("Curves"),
    "changes": N_("What distillation changed"),
    "setting": N_("Setting"),
    "unusual": N_("What is not at its default is in bold."),
    "repeat": N_("Repeat it"),
    "repeat_note": N_("The same settings give the same figures, up to rounding on another processor."),
    "versions": N_("Versions"),
    "test_accuracy": N_("of the 10,000 test pictures right"),
    "source": N_("Source"),
}


def _made(material: Material) -> str:
    view = material.view
    if view.shipped:
        return _("Comes with KD Lab")
    return _("Trained on {date}", date=time.strftime("%Y-%m-%d", time.localtime(view.created)))


def _model(scores: dict[str, Any], model: str) -> dict[str, Any]:
    agreement = scores.get("agreement")
    facts = [
        (_("Agrees with the teacher"), "" if agreement is None else accuracy(agreement)),
        (_("Parameters"), count(scores["parameters"])),
        (_("Size on disk"), file_size(scores["bytes"])),
        (_("Time per picture"), milliseconds(scores["milliseconds"])),
        (_("Training time"), duration(scores["seconds"])),
    ]
    return {
        "role": model,
        "name": _(NAMES[model]),
        "accuracy": accuracy(scores["test_accuracy"]),
        "facts": [(label, value) for label, value in facts if value],
    }


def _only(model: str, comparison: dict[str, Any]) -> str:
    number = comparison[f"only_{model}_right"]
    if model == "distilled":
        return ngettext(
            "{count} picture that only the distilled student gets right",
            "{count} pictures that only the distilled student gets right",
            number,
            count=f"{number:,}",
        )
    return ngettext(
        "{count} picture that only the scratch student gets right",
        "{count} pictures that only the scratch student gets right",
        number,
        count=f"{number:,}",
    )


def _settings(config: RunConfig) -> Iterator[tuple[str, list[Setting]]]:
    """The fields that make a difference to this run, by group."""
    usual = RunConfig()
    for group in GROUPS:
        rows = [
            Setting(_(spec.label), _value(spec, value), value == getattr(usual, name))
            for name, spec in FIELDS.items()
            if spec.group == group and config.counts(name)
            for value in [getattr(config, name)]
        ]
        if rows:
            yield _(_GROUP_TITLES[group]), rows


def _value(spec: FieldSpec, value: Any) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if spec.choices:
        return spec.choice_label(value)
    if spec.digits:
        return str(value) or _("none")
    return f"{value:,}" if isinstance(value, int) else plain(value)


FORMAT = Report()
