"""A run or a study named on the command line by its id, or by the beginning of it."""

from collections.abc import Iterable

from kd.base.unusable import Unusable
from kd.store import shipped
from kd.store.store import Store
from kd.terminal.entry import PROGRAM
from kd.text.translation import N_
from kd.text.words import quoted

FINISHED, ACTIVE, EITHER = "finished", "active", "either"
"""What an id may name: finished runs, active runs, or finished runs and studies."""

_NONE = {
    FINISHED: N_("No finished run has the id {name}: `{program} runs` lists them."),
    ACTIVE: N_("No waiting or training run has the id {name}: `{program} runs` lists them."),
    EITHER: N_(
        "No finished run and no study has the id {name}: `{program} runs` lists the runs, and the "
        "address of a study has its id."
    ),
}
_SEVERAL = {
    FINISHED: N_("These finished runs have ids that begin with {name}: {ids}. Give more of the id."),
    ACTIVE: N_("These waiting or training runs have ids that begin with {name}: {ids}. Give more of the id."),
    EITHER: N_("These finished runs or studies have ids that begin with {name}: {ids}. Give more of the id."),
}
_MOST_NAMED = 5


def the_one(name: str, ids: Iterable[str], kind: str) -> str:
    """Returns the only id that begins with `name`.

    Args:
        kind: what the ids are of, for the sentence that refuses: FINISHED, ACTIVE or EITHER.

    Raises:
        Unusable: when no id begins with it, or several do.
    """
    found = [each for each in ids if name and each.startswith(name)]
    if not found:
        raise Unusable(_NONE[kind], name=quoted(name), program=PROGRAM.get())
    if len(found) > 1:
        named = [*sorted(found)[:_MOST_NAMED], *(["…"] if len(found) > _MOST_NAMED else [])]
        raise Unusable(_SEVERAL[kind], name=quoted(name), ids=", ".join(named))
    return found[0]


def finished_run(store: Store, name: str) -> str:
    """Returns the id of the finished run whose id begins with `name`; raises as `the_one`."""
    return the_one(name, _finished(store), FINISHED)


def finished_run_or_study(store: Store, name: str) -> tuple[str, bool]:
    """Returns the id of a finished run or a study, and whether it is a study; raises as `the_one`."""
    studies = {record.study_id for record in store.studies.all()}
    found = the_one(name, [*_finished(store), *studies], EITHER)
    return found, found in studies


def _finished(store: Store) -> list[str]:
    known = {row.run_id for row in store.runs.rows()} | set(shipped.runs())
    return list(filter(store.runs.has, known))
