"""A run as it is named on the command line: by its id, or by how that begins."""

from __future__ import annotations

from collections.abc import Iterable

from kd.terminal.refusal import Refusal
from kd.text.words import quoted


def the_one(name: str, run_ids: Iterable[str], kind: str) -> str:
    """The one of these runs that `name` names.

    Args:
        kind: what the runs are, for the sentence that refuses: 'finished run'.

    Raises:
        Refusal: when none or several begin with it.
    """
    found = [run_id for run_id in run_ids if name and run_id.startswith(name)]
    if len(found) == 1:
        return found[0]
    what = f"No {kind} has the id" if not found else f"{len(found)} {kind}s have ids that begin with"
    raise Refusal(f"{what} {quoted(name)}: `python -m kd runs` lists them.")
