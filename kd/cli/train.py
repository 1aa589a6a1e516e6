"""`python -m kd train`: watch a run in the terminal, or as JSON lines."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from kd.config import RunConfig
from kd.lab import Lab
from kd.lab.runs import Run
from kd.runs.state import RunView
from kd.terminal import interrupt
from kd.terminal.entry import PROGRAM
from kd.terminal.progress import last, views
from kd.terminal.streams import OutputLost
from kd.text.translation import _, in_english, numeral
from kd.text.verdicts import verdict_note, verdict_sentence
from kd.text.words import MODELS, NAMES, accuracy

SECONDS_BETWEEN_LOOKS = 0.1


def train(config: RunConfig, as_json: bool) -> int:
    """Trains the run, or fetches it from the store; returns the exit code.

    If the reader of a pipe leaves, the run is stopped as by Ctrl-C. If the epochs cannot be written for
    another reason, such as a full disk, the run continues and is stored.
    """
    with interrupt.listening(), Lab() as lab:
        run = lab.train(config)
        lost = None
        try:
            try:
                view = _print_json(run) if as_json else run.wait(progress=True)
            except OutputLost as error:
                if error.reader_left:
                    raise
                lost = error
                view = last(views(run.view, SECONDS_BETWEEN_LOOKS))
        except (KeyboardInterrupt, OutputLost) as reason:
            if run.view().elsewhere:
                if isinstance(reason, OutputLost):
                    raise
                print(
                    _(
                        "The run continues in the other process. To stop it: {program} stop {run}",
                        run=run.id,
                        program=PROGRAM.get(),
                    ),
                    file=sys.stderr,
                )
                return interrupt.EXIT_CODE
            run.stop()
            run.wait(timeout=5)
            raise
    if lost is not None and view.status == "finished":
        raise lost
    if view.status != "finished" or view.result is None:
        print(
            _("Run {run} ended without a result: {reason}", run=run.id, reason=view.message), file=sys.stderr
        )
        return 1
    if as_json:
        with in_english():
            comparison = view.result["comparison"].with_words(view.config)
        print(json.dumps({"event": "result", **view.result, "comparison": comparison}), flush=True)
    else:
        _print_table(view, view.result)
    return 0


def _print_json(run: Run) -> RunView:
    # by model and epoch: a model that starts over repeats its epochs, with the same numbers
    printed: set[tuple[str, int]] = set()
    for view in views(run.view, SECONDS_BETWEEN_LOOKS):
        for event in view.history:
            key = event["model"], event["epoch"]
            if key not in printed:
                printed.add(key)
                print(json.dumps(event), flush=True)
    return view


def _print_table(view: RunView, result: dict[str, Any]) -> None:
    table = Table(title=_("Run {run}", run=view.run_id))
    table.add_column(_("model"))
    for title in (
        _("test accuracy"),
        _("agreement with the teacher"),
        _("parameters"),
        _("size in kB"),
        _("ms per picture"),
    ):
        table.add_column(title, justify="right")
    for name in MODELS:
        model = result[name]
        agreement = model.get("agreement")
        table.add_row(
            _(NAMES[name]),
            accuracy(model["test_accuracy"]),
            "" if agreement is None else accuracy(agreement),
            numeral(model["parameters"]),
            numeral(model["bytes"] / 1000, ",.0f"),
            numeral(model["milliseconds"], ".2f"),
        )
    # here, since it brings pandas, and every other command does without
    from kd.studies.sure.near import near_note

    console = Console()
    console.print(table)
    console.print(verdict_sentence(result["comparison"], view.config), highlight=False)
    for note in filter(None, (verdict_note(result["comparison"]), near_note(view.config))):
        console.print(note, highlight=False, style="dim")
