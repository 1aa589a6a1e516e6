"""`python -m kd class`: list the classes that are open, end one, or save its answers."""

import json

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from kd.export.exporting import export_table
from kd.lab import Lab
from kd.lab.classes import ClassView
from kd.store.classes import FROZEN, OPEN, REVEALED, TRAINING, WAITING
from kd.text.translation import N_, _, in_english, ngettext, numeral
from kd.text.words import date_and_time

_PHASES = {
    WAITING: N_("not started"),
    OPEN: N_("open for answers"),
    FROZEN: N_("frozen"),
    REVEALED: N_("revealed"),
}


def listed(as_json: bool) -> int:
    """Lists every class that is open, the newest first; returns the exit code."""
    views = [room.view() for room in Lab().classes]
    if as_json:
        with in_english():
            for view in views:
                print(json.dumps(_as_dict(view)))
        return 0
    if not views:
        print(_("No class is open: open one on the page Class of the app."))
        return 0
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(_("code"), no_wrap=True)
    table.add_column(_("since"), no_wrap=True)
    table.add_column(_("people"), justify="right", no_wrap=True)
    table.add_column(_("activity"), overflow="fold")
    table.add_column(_("phase"), no_wrap=True)
    for view in views:
        table.add_row(
            view.code,
            date_and_time(view.created),
            numeral(len(view.pupils)),
            _(
                "{place} of {count}: {title}",
                place=view.place + 1,
                count=len(view.plan),
                title=view.activity.title(),
            ),
            _(_PHASES[view.phase]),
        )
    Console().print(table)
    return 0


def _as_dict(view: ClassView) -> dict:
    return {
        "code": view.code,
        "created": view.created,
        "people": len(view.pupils),
        "activity": view.place + 1,
        "activities": [activity.kind for activity in view.plan],
        "title": view.activity.title(),
        "phase": view.phase,
        "answers": len(view.answers),
    }


def end(code: str) -> int:
    """Ends a class, whoever leads it, and says what is deleted; returns the exit code."""
    lab = Lab()
    room = lab.classes[code]
    people, answers = len(room.view().pupils), room.answers()
    for run_id in {each.run_id for each in answers if each.status == TRAINING}:
        lab.store.runs.ask_to_stop(run_id)  # mostly another process trains it
    room.end()
    print(
        _(
            "Class {code} has ended. Deleted: {names} and {answers}, drawings included. What it trained "
            "stays, and so do drawings that were kept as a set.",
            code=room.code,
            names=ngettext("the name of {count} person", "the names of {count} people", people),
            answers=ngettext("{count} answer", "{count} answers", len(answers)),
        )
    )
    return 0


def export(code: str, output: str | None, replace: bool) -> int:
    """Writes the answers of a class as CSV, with names while the wall shows them; returns the exit code."""
    room = Lab().classes[code]
    print(export_table(room.table(), output, f"class-{room.code}.csv", replace))
    return 0
