"""A run named on the command line by its id, or by the beginning of it."""

from __future__ import annotations

from collections.abc import Iterable

from kd.store.store import Store
from kd.terminal.refusal import Refusal
from kd.text.translation import _, ngettext
from kd.text.words import quoted

FINISHED, ACTIVE = "finished", "active"


def the_one(name: str, run_ids: Iterable[str], kind: str) -> str:
    """The one of these runs that `name` names.

    Args:
        kind: what all these runs are, FINISHED or ACTIVE, for the sentence that refuses.

    Raises:
        Refusal: when no id begins with it, or several do.
    """
    found = [run_id for run_id in run_ids if name and run_id.startswith(name)]
    if len(found) == 1:
        return found[0]
    raise Refusal(_refusal(kind, len(found), quoted(name)))


def finished_run(store: Store, name: str) -> str:
    """The finished run whose id is this, or begins with it.

    Raises:
        Refusal: when there is none, or more than one.
    """
    known = {row["run_id"] for row in store.index.rows()} | set(store.shipped_runs())
    return the_one(name, filter(store.has_run, known), FINISHED)


def _refusal(kind: str, count: int, name: str) -> str:
    if kind == FINISHED and count == 0:
        return _("No finished run has the id {name}: `python -m kd runs` lists them.", name=name)
    if kind == FINISHED:
        return ngettext(
            "{count} finished run has an id that begins with {name}: `python -m kd runs` lists them.",
            "{count} finished runs have ids that begin with {name}: `python -m kd runs` lists them.",
            count,
            count=count,
            name=name,
        )
    if count == 0:
        return _("No waiting or training run has the id {name}: `python -m kd runs` lists them.", name=name)
    return ngettext(
        "{count} waiting or training run has an id that begins with {name}: `python -m kd runs` lists them.",
        "{count} waiting or training runs have ids that begin with {name}: `python -m kd runs` lists them.",
        count,
        count=count,
        name=name,
    )
