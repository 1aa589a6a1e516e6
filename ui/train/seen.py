"""The runs that a person has looked at on Train, for as long as the server lives, in every window."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator

from kd.lab import Lab, RunView
from kd.text.translation import _
from ui.shared import notices
from ui.shared.person import person

MOST_GHOSTS = 5
_MOST_RUNS, _MOST_PEOPLE = 60, 500

_lock = threading.Lock()
_trails: OrderedDict[str, dict[str, bool]] = OrderedDict()
"""Person → the ids of their runs, the last one looked at last, and whether it may be a ghost."""


def note(run_id: str) -> None:
    """This person looks at a run with a result."""
    with _lock:
        trail = _trails.setdefault(person(), {})
        _trails.move_to_end(person())
        trail.pop(run_id, None)
        trail[run_id] = True
        while len(trail) > _MOST_RUNS:
            trail.pop(next(iter(trail)))
        while len(_trails) > _MOST_PEOPLE:
            _trails.popitem(last=False)


def trail(lab: Lab) -> list[RunView]:
    """This person's runs with a result, the last one looked at last.

    One that somebody has deleted is forgotten, which a notice says.
    """
    return list(_views(lab, list(_of_this_person())))


def ghosts(lab: Lab, run_id: str) -> list[RunView]:
    """The last runs before the one that is shown, at most MOST_GHOSTS."""
    earlier = [other for other, is_ghost in _of_this_person().items() if is_ghost and other != run_id]
    return list(_views(lab, earlier[-MOST_GHOSTS:]))


def clear_ghosts() -> None:
    """Draw no lines of the runs so far."""
    with _lock:
        for run_id in _trails.get(person(), {}):
            _trails[person()][run_id] = False


def forget_everybody() -> None:
    """Start anew, as a new server would."""
    with _lock:
        _trails.clear()


def _of_this_person() -> dict[str, bool]:
    with _lock:
        return dict(_trails.get(person(), {}))


def _views(lab: Lab, run_ids: list[str]) -> Iterator[RunView]:
    for run_id in run_ids:
        try:
            view = lab.runs.view(run_id)
        except ValueError:
            with _lock:
                _trails.get(person(), {}).pop(run_id, None)
            notices.add(_("A run that was shown here for comparison has been deleted, so its line is gone."))
            continue
        if view.result is not None:
            yield view
