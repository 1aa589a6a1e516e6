"""`python -m kd runs` lists the stored runs; `python -m kd stop` stops one."""

import json
import sys
import time

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from kd.cli.run_name import ACTIVE, the_one
from kd.config import FIELDS, RunConfig
from kd.lab.run_list import RunList
from kd.runs.state import RunView
from kd.store.store import Store
from kd.text import endings
from kd.text.translation import _, in_english
from kd.text.words import MODELS, NAMES, accuracy, plain

SECONDS_TO_STOP = 20
SECONDS_BETWEEN_LOOKS = 0.1


def runs(as_json: bool) -> int:
    """Lists every run, newest first; returns the exit code."""
    views = RunList(Store()).views()  # and no Lab, which takes longer to load than all else here
    if as_json:
        with in_english():
            for view in views:
                print(json.dumps(_as_dict(view)))
        return 0
    # the usual run fits a terminal of 80 columns; what is wider is folded, and never cut
    table = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column(_("run"), no_wrap=True)
    for title in (_("state"), _("learns from")):
        table.add_column(title, overflow="fold")
    for title in ("α", "T", _("epochs")):
        table.add_column(title, justify="right", overflow="fold")
    for name in MODELS:
        table.add_column(_(NAMES[name]), justify="right", no_wrap=True)
    for view in views:
        config = view.config
        table.add_row(
            view.run_id,
            endings.state(endings.SHIPPED if view.shipped else view.status),
            _learns_from(config),
            plain(config.alpha),
            plain(config.temperature) if config.objective_class.uses_temperature else "–",
            str(config.epochs),
            *(accuracy(getattr(view.figures, m)) if view.figures else "" for m in MODELS),
        )
    Console().print(table)
    return 0


def _learns_from(config: RunConfig) -> str:
    """Names the teacher, and a mistake if one is made on purpose."""
    if config.makes_mistake:
        mistake = FIELDS["mistake"].in_words(config.mistake)
        return _("{teacher}, {mistake}", teacher=config.teacher, mistake=mistake)
    return config.teacher if config.objective_class.uses_teacher else "–"


def _as_dict(view: RunView) -> dict:
    return {
        "run": view.run_id,
        "status": view.status,
        "message": view.message,
        "created": view.created,
        "shipped": view.shipped,
        "config": view.config.to_dict(),
        "test_accuracy": {m: getattr(view.figures, m) for m in MODELS} if view.figures else None,
    }


def stop(run: str) -> int:
    """Asks the process that trains the run to stop it, and waits for that; returns the exit code."""
    runs = Store().runs
    active = [row.run_id for row in runs.rows() if row.is_active]
    run_id = the_one(run, active, ACTIVE)
    runs.ask_to_stop(run_id)
    deadline = time.monotonic() + SECONDS_TO_STOP
    while (row := runs.row(run_id)) is not None and row.is_active:
        if time.monotonic() > deadline:
            print(
                _(
                    "Run {run} was asked to stop, but its app has not responded for {seconds} s. "
                    "The run will stop as soon as the app responds; closing the app stops it too.",
                    run=run_id,
                    seconds=SECONDS_TO_STOP,
                ),
                file=sys.stderr,
            )
            return 1
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if row is None or row.status == "stopped":
        print(_("Run {run} has been stopped.", run=run_id))
    else:
        print(
            _(
                "Run {run} ended before it could be stopped ({state}).",
                run=run_id,
                state=endings.state(row.status),
            )
        )
    return 0
