"""A run or a study named on the command line by its id, or by the beginning of it."""

from __future__ import annotations

from collections.abc import Iterable

from kd.cli.program import started
from kd.store.store import Store
from kd.terminal.arguments import Refusal
from kd.text.translation import _, ngettext
from kd.text.words import quoted

FINISHED, ACTIVE, EITHER = "finished", "active", "either"


def the_one(name: str, run_ids: Iterable[str], kind: str) -> str:
    """The one of these runs that `name` names.

    Args:
        kind: what all these are, for the sentence that refuses: FINISHED or ACTIVE runs, or EITHER finished
            runs or studies.

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
    return the_one(name, _finished(store), FINISHED)


def finished_run_or_study(store: Store, name: str) -> tuple[str, bool]:
    """The finished run or the study whose id is this, or begins with it, and whether it is a study.

    Raises:
        Refusal: when there is none, or more than one.
    """
    studies = {record.study_id for record in store.studies.all()}
    found = the_one(name, [*_finished(store), *studies], EITHER)
    return found, found in studies


def _finished(store: Store) -> list[str]:
    known = {row.run_id for row in store.runs.rows()} | set(store.runs.shipped())
    return list(filter(store.runs.has, known))


def _refusal(kind: str, count: int, name: str) -> str:
    if kind == EITHER and count == 0:
        return _(
            "No finished run and no study has the id {name}: `{program} runs` lists the runs, and the "
            "address of a study has its id.",
            name=name,
            program=started(),
        )
    if kind == EITHER:
        return ngettext(
            "{count} finished run or study has an id that begins with {name}: give more of its id.",
            "{count} finished runs or studies have ids that begin with {name}: give more of its id.",
            count,
            count=count,
            name=name,
        )
    if kind == FINISHED and count == 0:
        return _(
            "No finished run has the id {name}: `{program} runs` lists them.", name=name, program=started()
        )
    if kind == FINISHED:
        return ngettext(
            "{count} finished run has an id that begins with {name}: `{program} runs` lists them.",
            "{count} finished runs have ids that begin with {name}: `{program} runs` lists them.",
            count,
            count=count,
            name=name,
            program=started(),
        )
    if count == 0:
        return _(
            "No waiting or training run has the id {name}: `{program} runs` lists them.",
            name=name,
            program=started(),
        )
    return ngettext(
        "{count} waiting or training run has an id that begins with {name}: `{program} runs` lists them.",
        "{count} waiting or training runs have ids that begin with {name}: `{program} runs` lists them.",
        count,
        count=count,
        name=name,
        program=started(),
    )
