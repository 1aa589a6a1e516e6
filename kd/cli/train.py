"""`python -m kd train`: watch a run in the terminal, or as JSON lines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from kd.config import RunConfig
from kd.lab import Lab
from kd.runs.state import RunView
from kd.terminal import interrupt
from kd.terminal.streams import OutputLost
from kd.text.words import MODELS, accuracy

SECONDS_BETWEEN_LOOKS = 0.1


def train(config: RunConfig, as_json: bool) -> int:
    """Train the run, or take it from the store; returns the exit code.

    Where a reader leaves the pipe, the run is stopped as by Ctrl-C. Where the epochs cannot be written for
    another reason, such as a full disk, it goes on and is stored.
    """
    with interrupt.listening(), closing(Lab()) as lab:
        run_id = lab.start(config)
        lost = None
        try:
            try:
                view = _print_json(lab, run_id) if as_json else _show_progress(lab, run_id)
            except OutputLost as error:
                if error.reader_left:
                    raise
                lost = error
                *_, view = _views(lab, run_id)
        except (KeyboardInterrupt, OutputLost) as reason:
            if lab.watch(run_id).elsewhere:
                if isinstance(reason, OutputLost):
                    raise
                print(
                    f"The run goes on in the other process. To stop it: python -m kd stop {run_id}",
                    file=sys.stderr,
                )
                return interrupt.EXIT_CODE
            lab.stop(run_id)
            lab.wait(run_id, timeout=5)
            raise
    if lost is not None and view.status == "finished":
        raise lost
    if view.status != "finished":
        print(f"The run {run_id} ended without a result: {view.message}", file=sys.stderr)
        return 1
    if as_json:
        comparison = view.result["comparison"].with_words()
        print(json.dumps({"event": "result", **view.result, "comparison": comparison}), flush=True)
    else:
        _print_table(view)
    return 0


def _views(lab: Lab, run_id: str) -> Iterator[RunView]:
    """The run as it changes, to its end."""
    while True:
        interrupt.check()
        view = lab.watch(run_id)
        yield view
        if not view.active:
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _print_json(lab: Lab, run_id: str) -> RunView:
    # by model and epoch: a model that begins anew repeats what it said, with the same numbers
    printed: set[tuple[str, int]] = set()
    for view in _views(lab, run_id):
        for event in view.history:
            key = event["model"], event["epoch"]
            if key not in printed:
                printed.add(key)
                print(json.dumps(event), flush=True)
    return view


def _show_progress(lab: Lab, run_id: str) -> RunView:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        bar = progress.add_task("", total=1.0)
        for view in _views(lab, run_id):
            progress.update(bar, completed=view.progress, description=_describe(view))
    return view


def _describe(view: RunView) -> str:
    if not view.history or view.phase not in ("teacher", "students"):
        return view.phase
    event = max(view.history, key=lambda e: (e["model"] != "teacher", e["epoch"]))
    return f"{view.phase}: epoch {event['epoch']} of {event['epochs']}"


def _print_table(view: RunView) -> None:
    result = view.result
    table = Table(title=f"Run {view.run_id}")
    for title in ("model", "test accuracy", "agrees with the teacher", "parameters", "kB", "ms a picture"):
        table.add_column(title, justify="left" if title == "model" else "right")
    for name in MODELS:
        model = result[name]
        agreement = model.get("agreement")
        table.add_row(
            name,
            accuracy(model["test_accuracy"]),
            "" if agreement is None else accuracy(agreement),
            f"{model['parameters']:,}",
            f"{model['bytes'] / 1000:,.0f}",
            f"{model['milliseconds']:.2f}",
        )
    console = Console()
    console.print(table)
    console.print(result["comparison"]["sentence"], highlight=False)
    console.print(result["comparison"]["note"], highlight=False, style="dim")
