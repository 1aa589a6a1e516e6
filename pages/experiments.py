"""Experiments: a shelf of questions, each with a guess, a paper's claim, and studies that answer it."""

from ui.experiments import asked, experiment_lessons, one, shelf
from ui.shared.frame import page
from ui.shared.server import lab, warm_lab

with page("Experiments", asked.heading()):
    now = asked.take()
    if now is None:
        shelf.shelf(lab())
    else:
        one.draw(warm_lab(), now)
    experiment_lessons.experiments()
