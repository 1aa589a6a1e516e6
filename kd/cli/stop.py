"""`python -m kd stop`: end a run that waits or trains, whoever asked for it."""

from __future__ import annotations

import sys
import time

from kd.cli.run_name import the_one
from kd.store.index_rows import ACTIVE
from kd.store.store import Store

SECONDS_TO_STOP = 20
SECONDS_BETWEEN_LOOKS = 0.1


def stop(run: str) -> int:
    """Ask the process that computes the run to stop it, and wait until it has; returns the exit code."""
    index = Store().index
    run_id = the_one(
        run, [row["run_id"] for row in index.rows() if row["status"] in ACTIVE], "waiting or training run"
    )
    index.ask_to_stop(run_id)
    deadline = time.monotonic() + SECONDS_TO_STOP
    while (row := index.row(run_id)) is not None and row["status"] in ACTIVE:
        if time.monotonic() > deadline:
            print(
                f"Run {run_id} was asked to stop, but its app has not answered for {SECONDS_TO_STOP} s. "
                "It will stop when the app answers again; ending the app ends it too.",
                file=sys.stderr,
            )
            return 1
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if row is None or row["status"] == "stopped":
        print(f"Run {run_id} is stopped.")
    else:
        print(f"Run {run_id} ended before it could be stopped: {row['status']}.")
    return 0
