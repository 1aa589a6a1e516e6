"""`python -m kd stop`: stop a waiting or training run, whoever started it."""

from __future__ import annotations

import sys
import time

from kd.cli import run_name
from kd.store.store import Store
from kd.text import endings
from kd.text.translation import _

SECONDS_TO_STOP = 20
SECONDS_BETWEEN_LOOKS = 0.1


def stop(run: str) -> int:
    """Ask the process that trains the run to stop it, and wait for that; returns the exit code."""
    runs = Store().runs
    active = [row.run_id for row in runs.rows() if row.is_active]
    run_id = run_name.the_one(run, active, run_name.ACTIVE)
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
