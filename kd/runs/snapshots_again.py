"""Snapshots of students that were trained without: they are trained once more, to the same weights."""

from __future__ import annotations

from collections.abc import Iterable

from kd.config import RunConfig
from kd.engine import Abandoned, EngineLost, WorkerLost
from kd.runs.orders import snapshots_order, teachers_of
from kd.runs.work.piece import Order, Share
from kd.runs.workshop import Workshop
from kd.store.store import Store
from kd.text.endings import Ending
from kd.training.teaching import Teaching, averaged
from kd.unusable import Unusable


def take_snapshots(config: RunConfig, names: Iterable[str], store: Store, workshop: Workshop) -> None:
    """Train these students of a finished run once more, and keep how they develop; waits for it.

    Args:
        names: of 'distilled' and 'scratch'.

    Raises:
        ValueError, OSError: when that fails.
    """
    shares: list[Share] = []

    def want(order: Order) -> Share:
        shares.append(workshop.want(order, _deaf))
        return shares[-1]

    def teaching() -> Teaching | None:
        if not config.learns_from_teacher:
            return None
        return averaged(
            [
                teacher.teaching() or workshop.result(want(teacher.order()), _patient)
                for teacher in teachers_of(config, store)
            ]
        )

    try:
        for name in names:
            want(snapshots_order(config, name, store, teaching() if name == "distilled" else None))
        for share in shares:
            workshop.result(share, _patient)
    except (Abandoned, EngineLost, WorkerLost) as error:
        raise Unusable(str(Ending.of(error))) from None
    finally:
        for share in shares:
            workshop.leave(share)


def _deaf(event: dict) -> None:
    """For an order that nobody watches."""


def _patient() -> None:
    """For a wait that nothing ends."""
