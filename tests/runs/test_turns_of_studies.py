"""Studies share the workers evenly, by the time that they have them."""

from __future__ import annotations

import pytest

from kd.runs.work.piece import PERSON, STUDY, Order, Piece, Share
from kd.runs.work.turns import SECONDS_A_TURN, Turns


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def turns(clock):
    return Turns(clock)


def piece(turn: int, study: str, urgency: int = STUDY) -> Piece:
    found = Piece(Order(f"{study}{turn}", "student", lambda *_: None), turn)
    found.shares.append(Share(found, lambda event: None, urgency, study))
    return found


def carried_out(turns: Turns, clock: Clock, waiting: list[Piece], seconds: dict[str, float]) -> str:
    """The studies in the order in which a single worker takes their pieces."""
    order = ""
    while waiting:
        first = min(waiting, key=turns.rank)
        waiting.remove(first)
        turns.begin(first)
        (study,) = first.studies
        clock.now += seconds[study]
        turns.end(first)
        order += study
    return order


def test_two_studies_have_the_workers_equally_long_however_long_their_runs_are(turns, clock):
    waiting = [piece(n, "a") for n in range(4)] + [piece(4 + n, "b") for n in range(6)]
    for study in "ab":
        turns.take_part(study, waiting)
    assert carried_out(turns, clock, waiting, {"a": 3.0, "b": 1.0}) == "abbbabbbaa"


def test_who_comes_later_begins_level_with_who_is_there(turns, clock):
    mine = [piece(n, "a") for n in range(6)]
    turns.take_part("a", mine)
    assert carried_out(turns, clock, mine[:4], {"a": 100.0}) == "aaaa"
    both = [*mine[4:], piece(6, "b"), piece(7, "b")]
    turns.take_part("b", both)
    assert carried_out(turns, clock, both, {"a": 1.0, "b": 1.0}) == "abab"


def test_who_has_no_runs_left_is_forgotten(turns, clock):
    one = [piece(0, "a")]
    turns.take_part("a", one)
    carried_out(turns, clock, one, {"a": 100.0})
    assert not turns.are_shared
    turns.take_part("b", [])
    assert not turns.are_shared
    turns.take_part("a", [piece(1, "b")])
    assert turns.rank(piece(2, "a"))[1] == 0.0


def test_one_that_had_its_turn_gives_way_to_another_study_and_to_nobody_else(turns, clock):
    running, own, other = piece(0, "a"), piece(1, "a"), piece(2, "b")
    persons = piece(3, "", PERSON)
    for study in ("a", "b", ""):
        turns.take_part(study, [running, own, other, persons])
    turns.begin(running)
    assert not turns.has_had_its_turn(running, other)
    clock.now += SECONDS_A_TURN + 1
    assert turns.has_had_its_turn(running, other)
    assert not turns.has_had_its_turn(running, own)
    assert not turns.has_had_its_turn(running, persons)  # its urgency is enough


def test_urgency_comes_before_all_turns(turns, clock):
    mine, persons = piece(0, "a"), piece(1, "", PERSON)
    turns.take_part("", [mine, persons])
    turns.begin(persons)
    clock.now += 100
    turns.end(persons)
    assert turns.rank(piece(2, "", PERSON)) < turns.rank(mine)
