"""Experiments: a shelf of questions, each with a guess, a paper's claim, and studies that answer it."""

from kd.config import FIELDS, RunConfig
from kd.studies.address import SEEDS, VARY, query_of
from kd.studies.study import Study
from ui.experiments import asked, experiment_lessons, one, shelf
from ui.experiments.ways_on import Ways
from ui.shared import address
from ui.shared.frame import page
from ui.shared.server import lab, warm_lab
from ui.shared.shown import show
from ui.train.form import controls


def open_in_sweep(study: Study) -> None:
    """Go to Sweep with a study, ready to start."""
    with address.together():
        address.rewrite(query_of(study))
        address.go_to("pages/sweep.py", carrying=(VARY, SEEDS, *FIELDS))


def open_in_train(config: RunConfig) -> None:
    """Go to Train with a run, or with a setting that has not been trained."""
    with address.together():
        controls.set_form(config)
        if lab().store.has_run(config.run_id):
            controls.has_followed(config.run_id)
            show(config.run_id)
        address.go_to("pages/train.py", carrying=("run", *FIELDS))


with page("Experiments", asked.heading()):
    now = asked.take()
    if now is None:
        shelf.shelf(lab())
    else:
        one.draw(warm_lab(), now, Ways(open_in_sweep, open_in_train))
    experiment_lessons.experiments()
