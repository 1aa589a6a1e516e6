"""Classes: joining, answering, being led; what trains for them; and that a kill loses nothing."""

from __future__ import annotations

import sqlite3
import threading
import time

import numpy as np
import pytest

from kd.classes.digits import Digits
from kd.classes.guess import Guess
from kd.classes.map import Map
from kd.classes.seeds import Seeds
from kd.config import RunConfig
from kd.lab import classes as module
from kd.store.classes import FROZEN, LANDED, OPEN, REVEALED, SECONDS_OPEN, STOPPED, TRAINING, WAITING
from kd.store.database import NAME
from tests.house import House, until

SHORT = RunConfig(teacher="notebook", train_size=320, epochs=2)
SEVEN = np.arange(784, dtype=np.uint8).reshape(28, 28)


def opened(house, plan="guess;digits", people=("ann", "ben")):
    """A class that has begun."""
    room = house.classes.open(plan, "host")
    for person in people:
        room.join(person)
    room.start()
    return room


def test_a_class_is_led_from_one_activity_to_the_next(house):
    room = house.classes.open("guess;digits:asked=7", "host")
    assert (room.view().phase, room.view().place, len(house.classes)) == (WAITING, 0, 1)
    assert room.is_host("host")
    assert not room.is_host("ann")
    assert house.classes[f" {room.code.lower()} "].code == room.code
    room.join("ann", "Ana")
    with pytest.raises(ValueError, match="No answers"):
        room.answer("ann", 3.0)
    room.start()
    assert room.view().waits_for("ann")
    room.answer("ann", 3.0)
    assert not room.answer("ann", 4.0).waits_for("ann")
    assert [answer.value for answer in room.view().answers] == [4.0]
    room.freeze()
    with pytest.raises(ValueError, match="No answers"):
        room.answer("ann", 5.0)
    room.reveal()
    assert room.view().phase == REVEALED
    room.again()
    assert (room.view().phase, room.view().round, room.view().answers) == (WAITING, 1, ())
    room.next()
    room.next()  # there is none after the last
    assert (room.view().place, room.view().is_last, room.view().activity) == (1, True, Digits("7"))
    assert [answer.value for answer in room.answers()] == [4.0]  # of the first round
    with pytest.raises(ValueError, match="place"):
        room.go_to(2)
    room.end()
    assert [*house.classes] == []
    for ended in (room.view, room.start, lambda: room.join("ann"), lambda: house.classes[room.code]):
        with pytest.raises(ValueError, match=room.code):
            ended()


def test_who_has_joined_is_an_animal_or_has_a_name_of_their_own(house):
    room = house.classes.open("guess", "host")
    for person, name in (("ann", "Ana"), ("ben", "  Ana "), ("cy", ""), ("di", "")):
        room.join(person, name)
    names = {person: room.view().called(person) for person in ("ann", "ben", "cy", "di")}
    assert (names["ann"], names["ben"]) == ("Ana", "Ana 2")
    assert len(set(names.values())) == 4
    room.join("cy", "Cy")
    room.join("ann", "Ana")  # the same phone again
    room.unname("ben")
    assert [room.view().called(person) for person in ("ann", "cy")] == ["Ana", "Cy"]
    assert room.view().called("ben") not in ("", "Ana 2")
    assert [pupil.number for pupil in room.view().pupils] == [0, 1, 2, 3]
    for name in ("x" * 21, "a\u202eb", 7):
        with pytest.raises(ValueError, match="name"):
            room.join("eve", name)


def test_somebody_who_is_taken_out_is_gone_with_what_they_said_and_cannot_come_back(house):
    room = opened(house)
    room.answer("ann", 1.0)
    room.answer("ben", 2.0)
    room.remove("ann")
    view = room.view()
    assert ([pupil.person for pupil in view.pupils], [answer.value for answer in view.answers]) == (
        ["ben"],
        [2.0],
    )
    for again in (lambda: room.join("ann", "Ana"), lambda: room.answer("ann", 1.0)):
        with pytest.raises(ValueError, match=r"taken you out|not joined"):
            again()


def test_drawings_are_kept_until_they_are_removed_or_the_class_ends(house, tmp_path):
    room = opened(house, "digits:asked=7,times=5")
    for key in ("0", "1"):
        room.answer("ann", key=key, picture=SEVEN)
    first, second = room.view().answers
    np.testing.assert_array_equal(room.pictures()[first.number], SEVEN)
    room.remove_answer(first.number)
    assert [*room.pictures()] == [second.number]
    room.answer("ann", key="0", picture=SEVEN)  # she may draw another
    assert len(room.pictures()) == 2
    for wrong in ({"key": "0"}, {"key": "9", "picture": SEVEN}, {"key": "0", "picture": SEVEN.astype(float)}):
        with pytest.raises(ValueError, match="draw"):
            room.answer("ann", **wrong)
    room.end()
    with sqlite3.connect(tmp_path / NAME) as connection:
        counts = [
            connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone() for table in ("pupils", "answers")
        ]
    assert counts == [(0,), (0,)]


def test_the_models_read_the_drawings_which_are_kept_without_names_if_asked(house):
    room = opened(house, "digits:asked=7;digits:asked=3")
    for person in ("ann", "ben"):
        room.answer(person, key="0", picture=SEVEN)
    read = room.read()
    expected = house.lab.runs[RunConfig().run_id].predict(SEVEN)
    assert {model: values.shape for model, values in read.items()} == dict.fromkeys(expected, (2, 10))
    for model, values in read.items():
        assert values[1].argmax() == expected[model].argmax()
    room.next()
    room.start()
    room.answer("ben", key="0", picture=SEVEN)
    assert room.keep() == room.code
    room.end()
    kept = house.lab.drawings[room.code]
    assert (kept.digits.tolist(), kept.hands.tolist()) == ([7, 7, 3], [0, 1, 1])
    np.testing.assert_array_equal(kept.pictures[2], SEVEN)
    with pytest.raises(ValueError, match="no drawings to keep"):
        opened(house, "digits").keep()
    for name in ("../x", "", "a b"):
        with pytest.raises(ValueError, match="name"):
            house.lab.drawings.save(name, kept)
    with pytest.raises(ValueError, match=room.code):
        house.lab.drawings["XXXX"]
    house.lab.drawings.remove(room.code)
    assert house.lab.drawings.names() == []


def test_the_table_has_an_answer_a_row_with_what_came_of_it(house):
    room = opened(house, [Guess(), Seeds(SHORT), Digits("7")])
    room.join("ann", "Ana")
    room.answer("ann", 2.5)
    for answer in ({}, {"key": "0", "picture": SEVEN}):
        room.next()
        room.start()
        room.answer("ann", **answer)
    until(lambda: room.answers()[1].status == LANDED)
    table = room.table()
    assert table["kind"].tolist() == ["guess", "seeds", "digits"]
    assert table["name"].tolist() == ["Ana"] * 3
    assert (table["value"][0], table["run"][1], table["value"][2]) == (2.5, SHORT.run_id, 7)
    result = house.lab.runs[SHORT.run_id].result
    assert table["distilled_accuracy"][1] == result["distilled"]["test_accuracy"]
    assert table["teacher_says"][2] == room.read()["teacher"][0].argmax()
    assert table["scratch_says"].isna().tolist() == [True, True, False]
    room.show_names(False)
    assert room.table()["name"].tolist() == [""] * 3


def test_each_pupil_trains_a_seed_and_hears_when_it_has_landed(house):
    room = opened(house, [Seeds(SHORT)])
    news = {person: room.news(person) for person in ("ann", "ben")}
    room.answer("ann")
    assert room.view().answers[0].status in (TRAINING, LANDED)
    until(lambda: room.view().answers[0].status == LANDED)
    assert house.store.runs.has(SHORT.run_id)
    now = {person: room.news(person) for person in ("ann", "ben")}
    assert now["ann"]["mine"] != news["ann"]["mine"]
    assert now["ben"]["mine"] == news["ben"]["mine"]  # her page need not be drawn again
    assert now["ben"]["wall"] != news["ben"]["wall"]
    assert (now["ann"]["waits"], now["ben"]["waits"]) == (False, True)
    room.answer("ben")
    until(lambda: [answer.status for answer in room.view().answers] == [LANDED, LANDED])
    assert room.view().answers[1].run_id == SHORT.replace(seed=1).run_id
    assert room.news("ann")["mine"] != now["ann"]["mine"]  # hers has another beside it
    room.again()
    room.start()
    assert room.answer("ann").answers[0].run_id == SHORT.replace(seed=2).run_id  # another one
    room.join("cy")
    house.finished(house.start(SHORT.replace(seed=3), "eve"))
    assert room.answer("cy").answers_of("cy")[0].status == LANDED  # it is stored


def test_two_who_take_a_cell_at_once_train_two_repeats_of_it(house):
    room = opened(house, [Map(setting=SHORT)])
    both = [threading.Thread(target=room.answer, args=(who, "0.1,4", "0.1,4")) for who in ("ann", "ben")]
    for each in both:
        each.start()
    for each in both:
        each.join()
    config = Map(setting=SHORT).study().config({"alpha": 0.1, "temperature": 4.0})
    assert {answer.run_id for answer in room.view().answers} == {config.run_id, config.replace(seed=1).run_id}
    room.answer("ann", "0.5,4", "0.5,4")
    assert len(room.view().answers_of("ann")) == 2


def test_a_phone_hears_which_cells_others_have_taken_and_nothing_of_a_second_repeat(house):
    room = opened(house, [Map(setting=SHORT)], ("ann", "ben", "cy"))
    mine = [room.news("cy")["mine"]]
    for who, cell in (("ann", "0.1,4"), ("ben", "0.1,4"), ("ben", "0.5,4")):
        room.answer(who, cell, cell)
        mine.append(room.news("cy")["mine"])
    assert mine[0] != mine[1]
    assert mine[1] == mine[2] != mine[3]


def test_what_trains_is_stopped_for_one_or_for_all(house):
    house.engine.seconds_an_epoch = 0.2
    room = opened(house, [Seeds(SHORT)], ("ann", "ben", "cy"))
    for person in ("ann", "ben", "cy"):
        room.answer(person)
    room.stop("ann")
    statuses = [answer.status for answer in room.view().answers]
    assert statuses[0] == STOPPED
    assert TRAINING in statuses
    room.stop()
    assert {answer.status for answer in room.view().answers} <= {STOPPED, LANDED}
    until(house.runs.is_idle)
    assert room.view().waits_for("ann") is False
    room.answer("ann")  # once more
    house.engine.seconds_an_epoch = 0.002
    until(lambda: room.view().answers_of("ann")[0].status == LANDED)


def test_a_class_goes_on_after_the_app_was_killed_in_the_middle(house, tmp_path):
    house.engine.seconds_an_epoch = 5.0
    room = opened(house, [Seeds(SHORT)])
    room.answer("ann")
    room.answer("ben")
    code = room.code
    house.close()
    second = House(tmp_path)
    room = second.classes[code]
    assert [answer.status for answer in room.view().answers] == [TRAINING, TRAINING]
    assert room.news("ann")["waits"] is False  # a phone that asks again
    until(lambda: [answer.status for answer in room.view().answers] == [LANDED, LANDED])
    second.close()


def test_a_class_is_moved_on_by_whoever_has_its_newest_unused_link(house):
    room = house.classes.open("guess", "host")
    old, ticket = room.ticket(), room.ticket()
    for wrong in (old, "", "guessed"):
        with pytest.raises(ValueError, match="link"):
            room.take_over("other", wrong)
    room.take_over("other", ticket)
    assert (room.is_host("other"), room.is_host("host")) == (True, False)
    with pytest.raises(ValueError, match="link"):
        room.take_over("third", ticket)


def test_phones_that_have_not_asked_for_a_while_are_gone(house, monkeypatch):
    room = opened(house)
    assert room.present() == {"ann", "ben"}
    monkeypatch.setattr(module, "SECONDS_TILL_GONE", 0.0)
    before = room.news("ann")
    assert room.present() == frozenset()
    monkeypatch.setattr(module, "SECONDS_TILL_GONE", 60.0)
    assert room.news("ann")["wall"] != before["wall"]


def test_a_class_ends_by_itself_after_a_day_and_the_upkeep_deletes_it(house, tmp_path, monkeypatch):
    rooms = [house.classes.open("guess", "host") for _each in range(2)]
    rooms[0].join("ann", "Zebedee Quux")
    assert {room.code for room in house.classes} == {room.code for room in rooms}
    house.upkeep.tidy()
    assert len(house.classes) == 2
    now = time.time()
    monkeypatch.setattr(module.time, "time", lambda: now + SECONDS_OPEN + 1)
    with pytest.raises(ValueError, match="open"):
        rooms[0].view()
    house.upkeep.tidy()  # nobody has looked
    assert house.store.classes.all() == []
    assert not any(b"Zebedee" in path.read_bytes() for path in tmp_path.glob(f"{NAME}*"))


def test_there_are_not_too_many_classes_of_all_or_of_one_visitor(house, monkeypatch):
    monkeypatch.setattr(module, "MOST_CLASSES", 8)
    own = [house.classes.open("guess", "host") for _each in range(5)]
    with pytest.raises(ValueError, match="You lead 5 classes"):
        house.classes.open("guess", "host")
    own[0].end()
    house.classes.open("guess", "host")
    for _each in range(3):
        house.classes.open("guess")  # from Python, which has no visitor
    with pytest.raises(ValueError, match="8 classes"):
        house.classes.open("guess", "another")


def test_a_home_from_before_there_were_classes_gets_them(house, tmp_path):
    house.close()
    with sqlite3.connect(tmp_path / NAME) as connection:
        for table in ("classes", "pupils", "answers"):
            connection.execute(f"DROP TABLE {table}")
    second = House(tmp_path)
    assert opened(second).view().phase == OPEN
    second.close()


def test_two_hosts_who_press_at_once_move_on_once(house):
    room = opened(house)
    record = house.classes.record(room.code)
    room.freeze()
    assert not house.store.classes.move(record, phase=REVEALED)
    assert room.view().phase == FROZEN


def test_whoever_goes_back_finds_the_last_round_and_what_was_answered_cannot_be_planned_anew(house):
    room = opened(house, "guess;digits;guess")
    room.answer("ann", 1.0)
    room.again()
    room.start()
    room.answer("ann", 2.0)
    room.next()
    room.start()
    room.answer("ann", key="0", picture=SEVEN)
    room.go_to(0)
    assert [answer.value for answer in room.view().answers] == [2.0]
    room.change_plan("map")  # in place of the last guess alone
    assert [each.kind for each in room.view().plan] == ["guess", "digits", "map"]
    with pytest.raises(ValueError, match="dance"):
        room.change_plan("dance")
    assert room.table()["kind"].tolist() == ["guess", "guess", "digits"]
    room.again()
    assert room.view().answers == ()


def test_no_two_people_are_called_the_same_and_nobody_is_called_nothing(house):
    room = house.classes.open("guess", "host")
    for person, name in (("ann", "Heron"), ("ben", ""), ("cy", "Heron (2)")):
        room.join(person, name)
    assert len({room.view().called(person) for person in ("ann", "ben", "cy")}) == 3
    together = [threading.Thread(target=room.join, args=(f"p{number}", "Ana")) for number in range(20)]
    for each in together:
        each.start()
    for each in together:
        each.join()
    assert len({pupil.name for pupil in room.view().pupils}) == 23
    for blank in ("\u3164", "\u2800", "\u200f", "x" * 10_000):
        with pytest.raises(ValueError, match="A name"):
            room.join("eve", blank)


def test_an_answer_that_is_under_way_while_its_person_is_taken_out_is_not_stored(house):
    room = opened(house)
    record = house.classes.record(room.code)
    room.remove("ann")
    assert not house.store.classes.answer(record, "ann", "", 1.0)
    assert room.answers() == []


def test_an_answer_whose_training_cannot_begin_may_be_given_again(house, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    room = opened(house, [Seeds(SHORT)])
    with monkeypatch.context() as patched:
        patched.setattr(house.classes, "train", full)
        with pytest.raises(OSError, match="space"):
            room.answer("ann")
        assert room.view().answers[0].status == STOPPED
    room.answer("ann")
    until(lambda: room.view().answers[0].status == LANDED)


def test_nothing_of_a_class_is_left_in_the_files_when_it_has_ended(house, tmp_path):
    room = opened(house, "digits:times=5", ("ann",))
    room.join("ann", "Zebedee Quux")
    for key in "01234":
        room.answer("ann", key=key, picture=SEVEN)
    room.end()
    left = b"".join(path.read_bytes() for path in tmp_path.glob(f"{NAME}*"))
    assert b"Zebedee" not in left
    assert SEVEN.tobytes() not in left


def test_a_name_is_no_formula_in_a_spreadsheet(house):
    room = opened(house)
    room.join("ann", "=1+1")
    room.answer("ann", 1.0)
    assert room.view().called("ann") == "=1+1"
    assert room.table()["name"].tolist() == ["'=1+1"]
