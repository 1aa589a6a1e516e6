"""What comes out as an option moves: computed once from stored logits, and drawn by the browser alone."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kd.charts.run_charts import axis_start
from kd.lab import Lab
from kd.studies.experiments.experiment import Option
from kd.studies.experiments.explored import explored
from kd.studies.measures import value
from kd.text.translation import _
from ui.experiments.asked import Asked
from ui.live import controls, views
from ui.live.live import live


def draw(lab: Lab, asked: Asked, runs: pd.DataFrame) -> None:
    """Draw a slider and a figure for each option that moves over runs. runs: of the experiment."""
    found = asked.experiment
    for name, option in found.options.items():
        if option.explores and len(runs):
            chosen = found.chosen.get(name, option.default)
            curves = _curves(f"{asked.key}-{len(runs)}", name, lab, option, list(runs["run"]))
            _figure(f"{found.name}-{name}".replace("_", "-"), option, chosen, curves)


@st.cache_resource(max_entries=50, show_spinner=False)
def _curves(key: str, option: str, _lab: Lab, _option: Option, _run_ids: list[str]) -> dict[str, list[float]]:
    """Measure → a share for each value."""
    found = explored(_option, [_lab.runs.trained.to_measure(run_id) for run_id in _run_ids])
    return {name: [float(each) / 100 for each in values] for name, values in found.items()}


def _figure(channel: str, option: Option, chosen: float, curves: dict[str, list[float]]) -> None:
    points = [f"{each:g}".replace("-", "−") for each in option.moves]
    nearest = min(range(len(points)), key=lambda at: abs(option.moves[at] - chosen))
    label = _(option.spec.label)
    lines = [
        views.moved_line(
            _("{what} (dotted)", what=_(value(name).label)) if at else _(value(name).label), each, bool(at)
        )
        for at, (name, each) in enumerate(curves.items())
    ]
    control = controls.points(
        f"experiment_moved_{channel}",
        points,
        label,
        _(option.spec.help),
        first=nearest,
    )
    start = axis_start([each for values in curves.values() for each in values])
    title = _("Right, as “{option}” moves", option=label)
    live(f"moved-{channel}", [control], [views.moved_over(title, label, lines, points, start)])
