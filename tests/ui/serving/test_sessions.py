"""Sessions that have left are kept for a while, and each script gets an event loop when it needs one."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from ui.serving import sessions


def departed(name: str) -> SimpleNamespace:
    """A session that has left; `ended` lists what was shut down."""
    session = SimpleNamespace(id=name, ended=[])
    session.shutdown = lambda: session.ended.append(name)
    return SimpleNamespace(session=session)


def test_sessions_that_left_are_kept_for_a_while_and_then_ended(monkeypatch):
    monkeypatch.setattr(sessions, "MOST_DEPARTED", 3)

    async def run() -> None:
        kept = sessions.Departed(seconds=0.1)
        people = [departed(str(number)) for number in range(4)]
        for one in people:
            kept.save(one)
        assert [one.session.ended for one in people] == [["0"], [], [], []]
        assert kept.list() == people[1:]
        kept.delete("2")
        assert kept.get("2") is None
        assert kept.get("3") is people[3]
        assert kept.overdue() == []
        await asyncio.sleep(0.15)
        assert kept.overdue() == ["1", "3"]

    asyncio.run(run())


def test_a_script_that_needs_an_event_loop_is_given_one():
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    loop = sessions.NoLoop()
    assert loop.run_until_complete(answer()) == 42
    loop.close()
    assert not loop.is_closed()
