"""A report of the run: one HTML page with setting, curves, verdict and versions, which needs nothing else."""

import base64
import io
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pandas as pd

from kd._version import __version__
from kd.analysis.observations import fixed_and_broken
from kd.base.fields import GROUPS
from kd.config import FIELDS, RunConfig
from kd.export.format import Check, Format, Material
from kd.pictures.data_sets import DataSet, data_set
from kd.runs.state import RunView
from kd.studies.address import train_command
from kd.studies.sure.near import near_note
from kd.text.chart_words import accuracy_words, loss_words
from kd.text.translation import N_, _, language_tag, ngettext
from kd.text.verdicts import verdict_note, verdict_sentence
from kd.text.words import MODELS, NAMES, accuracy, count, date, duration, file_size, milliseconds

WIDTH, HEIGHT = 600, 320
SHOWN = 8


class Report(Format):
    """All that a run's pages say of it and that does not move, on one page to keep or to send."""

    name = "report"
    suffix = ".html"

    def files(self, material: Material, model: str, name: str, check: Check) -> dict[str, bytes]:
        return {name: page(material, check).encode()}


def page(material: Material, check: Check = lambda: None) -> str:
    """Returns the page. Jinja escapes whatever is put into it, but the charts."""
    from jinja2 import Environment, StrictUndefined

    template = files("kd.export").joinpath("report.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template).render(_contents(material, check)) + "\n"


def _contents(material: Material, check: Check) -> dict[str, Any]:
    view = material.view
    config, result = view.config, view.result or {}
    comparison = result["comparison"]
    trained = _("Trained on {date}", date=date(view.created))
    return {
        "language": language_tag(),
        "title": _("Run {run}", run=view.run_id),
        "made": _("Comes with KD Lab") if view.shipped else trained,
        "verdict": verdict_sentence(comparison, config),
        "notes": [note for note in (verdict_note(comparison), near_note(config)) if note],
        "models": [_model(result[model], model) for model in MODELS],
        "charts": list(_charts(view, check)),
        "changes": _changes(material, comparison),
        "settings": list(_settings(config)),
        "command": train_command(config),
        "versions": {**material.software, "kd-lab": __version__},
        "words": {key: _(word) for key, word in _WORDS.items()},
        "loss_help": _(config.objective_class.help) if config.counts("objective") else "",
        "source": _(config.objective_class.source),
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
    "test_accuracy": N_("of the test pictures right"),
    "source": N_("Source"),
}


def _charts(view: RunView, check: Check) -> Iterator[dict[str, str]]:
    """Yields the course of the training, accuracies and the distilled student's loss.

    Each is SVG in both themes, and words for those who do not see it.
    """
    # Altair takes half a second to load, which other formats need not wait for
    from kd.charts.figure_file import SVG, rendered, vega
    from kd.charts.loss_charts import loss_lines, loss_rows
    from kd.charts.parts import vega_lite
    from kd.charts.run_charts import accuracy_lines, accuracy_rows

    config, events, themes = view.config, view.history, ("light", "dark")
    check()
    rows, axes = accuracy_rows(events, view.teacher_accuracy, config.epochs, HEIGHT)
    charts = [(accuracy_lines(rows, **axes, height=HEIGHT), rows, accuracy_words(rows))]
    rows, axes = loss_rows(events, config.objective_values(), config.epochs, HEIGHT)
    if len(rows):
        charts.append((loss_lines(rows, **axes, height=HEIGHT), rows, loss_words(rows, axes["parts"])))
    check()
    wanted = [
        (SVG, vega(vega_lite(chart), rows, WIDTH, theme, "transparent"))
        for chart, rows, _words in charts
        for theme in themes
    ]
    drawn = iter(rendered(wanted))
    for _chart, _rows, words in charts:
        yield {"alt": words, **{theme: _as_wide_as_its_place(next(drawn)) for theme in themes}}


def _as_wide_as_its_place(svg: bytes) -> str:
    """Returns the chart without a size of its own, and hidden from those to whom the page says its words."""
    return re.sub(
        r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r'\1 aria-hidden="true"', svg.decode(), count=1
    )


def _changes(material: Material, comparison: dict[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
    """Returns how many pictures only one student gets right, and the clearest of them."""
    data = data_set(material.view.config.data)
    table = fixed_and_broken(data.y_test, material.logits)
    found = []
    for model, change in (("distilled", "fixed"), ("scratch", "broken")):
        number = comparison[f"only_{model}_right"]
        pictures = table[table["change"] == change].head(SHOWN)
        found.append((_only(model, number), [_picture(row, data) for _index, row in pictures.iterrows()]))
    return found


def _only(model: str, number: int) -> str:
    if model == "distilled":
        return ngettext(
            "{count} picture that only the distilled student gets right",
            "{count} pictures that only the distilled student gets right",
            number,
        )
    return ngettext(
        "{count} picture that only the scratch student gets right",
        "{count} pictures that only the scratch student gets right",
        number,
    )


def _picture(row: pd.Series, data: DataSet) -> dict[str, str]:
    """Returns a test picture as a data URI, dark on light as on paper, and what it shows in words."""
    from PIL import Image

    file, number = io.BytesIO(), int(row["picture"])
    Image.fromarray(255 - data.x_test[number]).save(file, "PNG", optimize=True)
    named = {key: data.about.classes[int(row[key])] for key in ("true", "distilled", "scratch")}
    return {
        "address": f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}",
        "alt": _("Test picture {number}, a {true}", number=number, true=named["true"]),
        "caption": _("distilled {distilled}, scratch {scratch}", **named),
    }


def _model(scores: dict[str, Any], model: str) -> dict[str, Any]:
    agreement = scores.get("agreement")
    facts = {
        _("Agrees with the teacher"): "" if agreement is None else accuracy(agreement),
        _("Parameters"): count(scores["parameters"]),
        _("Size on disk"): file_size(scores["bytes"]),
        _("Time per picture"): milliseconds(scores["milliseconds"]),
        _("Training time"): duration(scores["seconds"]),
    }
    return {
        "role": model,
        "name": _(NAMES[model]),
        "accuracy": accuracy(scores["test_accuracy"]),
        "facts": [(label, value) for label, value in facts.items() if value],
    }


def _settings(config: RunConfig) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yields the fields that make a difference to this run, by group."""
    usual = RunConfig()
    for group, title in GROUPS.items():
        rows = [
            {"label": _(spec.label), "value": spec.in_words(value), "usual": value == getattr(usual, name)}
            for name, spec in FIELDS.items()
            if spec.group == group and config.counts(name)
            for value in [getattr(config, name)]
        ]
        if rows:
            yield _(title), rows


FORMATS = {"report": Report()}
