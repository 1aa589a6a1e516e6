"""A report of the run: one HTML page with setting, curves, verdict and versions, which needs nothing else."""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

from kd._version import __version__
from kd.analysis.showcase import fixed_and_broken
from kd.base.fields import GROUPS, FieldSpec
from kd.config import FIELDS, RunConfig
from kd.export.format import Check, Format, Material
from kd.pictures.mnist import load_mnist
from kd.studies.address import train_command
from kd.studies.sure.near import near_note
from kd.text.chart_words import accuracy_words, loss_words
from kd.text.translation import N_, _, language, ngettext
from kd.text.verdicts import verdict_note, verdict_sentence
from kd.text.words import MODELS, NAMES, accuracy, count, duration, file_size, milliseconds, plain

WIDTH, HEIGHT = 600, 320
SHOWN = 8


class Chart(NamedTuple):
    """A chart as SVG in both themes, and in words for those who do not see it."""

    light: str
    dark: str
    alt: str


class Picture(NamedTuple):
    """A test picture: its PNG as an address, and what it shows and the students make of it."""

    address: str
    alt: str
    caption: str


def charts(material: Material) -> Iterator[Chart]:
    """The course of the run's training: accuracies, and the distilled student's loss."""
    # Altair takes half a second to load, which other formats need not wait for
    from kd.charts.loss_charts import loss_lines, loss_rows
    from kd.charts.run_charts import accuracy_lines, accuracy_rows

    view = material.view
    config, events = view.config, view.history
    rows, axes = accuracy_rows(events, view.teacher_accuracy, config.epochs, HEIGHT)
    yield _chart(accuracy_lines(rows, **axes, height=HEIGHT), rows, accuracy_words(rows))
    rows, axes = loss_rows(events, config.objective_values(), config.epochs, HEIGHT)
    if len(rows):
        alt = loss_words(rows, axes["parts"])
        yield _chart(loss_lines(rows, **axes, height=HEIGHT), rows, alt)


def changed(material: Material) -> dict[str, list[Picture]]:
    """ "fixed" and "broken" → the pictures that only one student gets right, the clearest first."""
    table = fixed_and_broken(load_mnist().y_test, material.logits)
    return {
        change: [_picture(row) for _index, row in table[table["change"] == change].head(SHOWN).iterrows()]
        for change in ("fixed", "broken")
    }


def _chart(chart: Any, rows: pd.DataFrame, alt: str) -> Chart:
    from kd.charts.figure_file import figure_svg
    from kd.charts.parts import vega_lite

    spec = vega_lite(chart)
    light, dark = (
        _fluid(figure_svg(spec, rows, WIDTH, theme, background="transparent").decode())
        for theme in ("light", "dark")
    )
    return Chart(light, dark, alt)


def _fluid(svg: str) -> str:
    """The same drawing, which is as wide as its place; the figure around it says what it shows."""
    return re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r'\1 aria-hidden="true"', svg, count=1)


def _picture(row: pd.Series) -> Picture:
    image = load_mnist().x_test[row["picture"]]
    named = {key: int(row[key]) for key in ("true", "distilled", "scratch")}
    return Picture(
        _address(image),
        _("Test picture {number}, a {true}", number=int(row["picture"]), true=named["true"]),
        _("distilled {distilled}, scratch {scratch}", **named),
    )


def _address(image: np.ndarray) -> str:
    """A picture as a data URI, dark on light as on paper."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(255 - image).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


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
    drawn = []
    for chart in charts(material):
        check()
        drawn.append(chart)
    pictures = changed(material)
    comparison = result["comparison"]
    return {
        "language": language(),
        "title": _("Run {run}", run=view.run_id),
        "made": _made(material),
        "verdict": verdict_sentence(comparison, config),
        "notes": [note for note in (verdict_note(comparison), near_note(config)) if note],
        "models": [_model(result[model], model) for model in MODELS],
        "charts": drawn,
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
