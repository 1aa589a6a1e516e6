"""A class that is open: the wall for its host, a phone's page for all others."""

from __future__ import annotations

import numpy as np
import pytest

from kd.classes.guess import found
from kd.store.classes import FROZEN, OPEN, REVEALED, STOPPED, TRAINING, WAITING
from tests.pages.on_page import errors_of, html_of, labelled, warnings_of, words_of_charts
from ui.classes import room as module

NAUGHTY = "<b>*Ana*</b>"


@pytest.fixture
def open_room(lab, open_page, monkeypatch):
    """A function that opens a class, and one that looks at it as somebody."""
    looking = ["host"]
    monkeypatch.setattr(module, "person", lambda: looking[0])

    def open_room(plan="guess;guess:about=never_saw_it", people=("ann", "ben"), name=""):
        room = lab.classes.open(plan, "host")
        for person in people:
            room.join(person, name if person == people[0] else "")

        def look(person="host"):
            looking[0] = person
            return open_page("class", code=room.code)

        return room, look

    yield open_room
    for room in lab.classes:
        room.end()


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    assert not errors_of(app)
    return html_of(app)


def primary(app):
    """The one button that says what comes next."""
    (button,) = [each for each in app.button if each.proto.type == "primary"]
    return button.label


def test_the_host_leads_from_start_to_the_next_activity_with_one_large_button(open_room, monkeypatch):
    monkeypatch.setattr("ui.shared.steady_button.PAUSE", 0.0)
    room, look = open_room()
    wall = look()
    assert room.code in html_of(wall)
    for phase, label, seen in (
        (WAITING, "Start", "Guess first"),
        (OPEN, "Freeze", "0 of 2 have guessed."),
        (FROZEN, "Reveal", "1 of 2 have guessed."),
        (REVEALED, "Next activity", "It is +6.1 points"),
    ):
        assert (room.view().phase, primary(wall)) == (phase, label)
        assert seen in html_of(wall)
        if phase == OPEN:
            room.answer("ann", 4.0)
        press(wall, "class_step")
    assert (room.view().place, room.view().phase) == (1, WAITING)
    press(wall, "class_step")
    room.answer("ben", "nearly all")
    press(wall, "class_step")
    assert "1 of 1 guess was right." in press(wall, "class_step")
    press(wall, "class_step")  # the last activity: once more
    assert (room.view().place, room.view().round, room.view().phase) == (1, 1, WAITING)


def test_nothing_of_the_answer_or_of_others_guesses_is_shown_before_the_reveal(open_room):
    room, look = open_room("guess;guess:about=how_many_images")
    for value in (7.25, [1.0, 2.0, 3.0, 4.0, 5.0, 6.5]):
        room.start()
        room.answer("ann", value)
        for phase in (room.freeze, room.start):
            for person in ("host", "ben"):
                page = look(person)
                said = html_of(page) + "".join(words_of_charts(page))
                assert not any(secret in said for secret in ("6.1", "7.2", "8.5", "+9", "6.5", "median"))
            phase()
        room.next()


def test_a_phone_guesses_a_number_changes_it_and_sees_it_against_what_came_out(open_room):
    room, look = open_room(people=("ann", "ben", "cy"))
    phone = look("ann")
    assert "Watch the wall. Your host starts this soon." in html_of(phone)
    room.start()
    phone = look("ann")
    press(phone, "class_guess_send")
    assert [each.value for each in room.view().answers] == [0.0]
    phone.slider[0].set_value(4.5).run()
    assert [each.value for each in room.view().answers] == [4.5]
    phone = look("ann")  # after a reload, in another session
    assert phone.slider[0].value == 4.5
    room.answer("ben", 6.0)
    room.freeze()
    assert "You guessed +4.5 points." in html_of(look("ann"))
    room.reveal()
    said = html_of(look("ann"))
    away = abs(4.5 - found(room.view().activity).mean)
    assert f"Your guess is off by {away:.1f} points. 1 other was closer." in said
    assert "Nobody came closer." in html_of(look("ben"))
    assert "It is +6.1 points" in html_of(look("cy"))  # who has not guessed


def test_a_phone_chooses_an_answer(open_room):
    room, look = open_room("guess:about=never_saw_it", people=("ann", "ben"))
    room.start()
    phone = look("ann")
    phone.radio[0].set_value("some").run()
    assert [each.value for each in room.view().answers] == ["some"]
    room.answer("ben", "nearly all")
    room.reveal()
    assert "wrong" in html_of(look("ann"))
    assert "right" in html_of(look("ben"))
    wall = look()
    assert "Well guessed, " in html_of(wall)
    assert "holds here" in html_of(wall)
    assert any("more than 90" in words and ": 1" in words for words in words_of_charts(wall))


def test_names_are_text_and_shown_only_while_the_host_says_so(open_room):
    room, look = open_room(name=NAUGHTY[:20])
    room.start()
    room.answer("ann", 6.0)
    room.reveal()
    wall = look()
    assert "&lt;b&gt;*Ana*&lt;/b&gt;" in html_of(wall)
    assert "<b>*Ana" not in html_of(wall)
    assert "Closest: &lt;b&gt;" in html_of(wall)
    press(wall, "class_names")
    assert not room.view().names
    assert "Ana" not in html_of(wall)
    assert "The closest guess is off by" in html_of(wall)
    assert "&lt;b&gt;*Ana*" in html_of(look("ann"))  # her own


def test_the_roster_marks_who_has_answered_and_who_has_gone(open_room, monkeypatch):
    room, look = open_room(people=("ann", "ben", "cy"))
    room.start()
    room.answer("ann", 1.0)
    monkeypatch.setattr(type(room), "present", lambda self: frozenset({"ann", "ben"}))
    said = html_of(look())
    assert "3 people · 1 answered · 1 gone" in said
    assert said.count("kd-done") == 1
    assert said.count("kd-gone") == 1


def test_who_is_taken_out_and_whose_class_has_ended_reads_one_sentence_and_may_join_another(open_room):
    room, look = open_room()
    look()
    room.remove("ann")
    phone = look("ann")
    assert "Your host has taken you out of this class." in html_of(phone)
    assert not phone.slider
    press(phone, "class_leave")
    assert "code" not in phone.query_params
    phone = look("ben")
    room.end()
    phone.run()
    assert room.code in warnings_of(phone)[0]
    assert not phone.slider


def test_the_wall_is_a_presenters_view_that_arrow_keys_do_not_leave(open_room):
    _room, look = open_room()
    wall = look()
    assert wall.session_state["present"]
    links = [each.proto.page for each in wall.get("page_link")]
    assert len(links) == len(set(links))  # those of the navigation, and none that turns pages


def test_labels_and_controls_have_help(open_room):
    room, look = open_room()
    room.start()
    for person in ("host", "ann"):
        for label, widget in labelled(look(person)).items():
            assert widget.help, label


def test_room_does_nothing_to_anybody_before_a_person_is_chosen(open_room):
    _room, look = open_room()
    wall = look()
    wall.session_state["class_menu"] = True
    wall.run()
    acts = {each.key: each.disabled for each in wall.button}
    of_somebody = ("class_unname", "class_forget", "class_halt", "class_remove")
    assert [acts[key] for key in of_somebody] == [True] * 4
    assert acts["class_halt_all"] is False


def test_from_room_the_host_goes_to_any_activity_and_plans_what_comes_next_anew(open_room):
    room, look = open_room("guess;digits;map")
    wall = look()
    wall.session_state["class_menu"] = True
    wall.run()
    wall.multiselect(key="class_rest").unselect("digits").run()
    assert [each.kind for each in room.view().plan] == ["guess", "map"]
    wall.multiselect(key="class_rest").select("seeds").run()
    assert [each.kind for each in room.view().plan] == ["guess", "map", "seeds"]
    wall.selectbox(key="class_place").select_index(1).run()
    assert (room.view().activity.kind, room.view().phase) == ("map", WAITING)
    assert wall.multiselect(key="class_rest").value == ["seeds"]
    room.go_to(0)  # from elsewhere
    assert wall.run().selectbox(key="class_place").value == 0
    assert not errors_of(wall)


def test_from_room_the_host_stops_one_persons_or_everybodys_training(open_room, lab, monkeypatch):
    monkeypatch.setattr(lab.classes, "train", lambda config, person: None)
    room, look = open_room("seeds:seed=900", ("ann", "ben", "cy"))
    room.start()
    for person in ("ann", "ben", "cy"):
        room.answer(person)
    wall = look()
    wall.session_state["class_menu"] = True
    wall.run()
    wall.selectbox(key="class_person").set_value("ben").run()
    press(wall, "class_halt")
    assert [each.status for each in room.view().answers] == [TRAINING, STOPPED, TRAINING]
    press(wall, "class_halt_all")
    assert [each.status for each in room.view().answers] == [STOPPED] * 3


def test_a_wall_that_cannot_be_drawn_still_leads_on(open_room, monkeypatch):
    def unreadable(*_):
        raise ValueError("The models cannot be had.")

    room, look = open_room("digits;guess", ("ann",))
    monkeypatch.setattr(type(room), "read", unreadable)
    room.start()
    room.answer("ann", key="0", picture=np.eye(28, dtype=np.uint8))
    wall = look()
    assert errors_of(wall)
    assert primary(wall) == "Freeze"
    room.next()
    assert not errors_of(look())


def test_whoever_was_taken_out_is_not_led_back(open_room, open_page):
    room, look = open_room()
    room.remove("ann")
    look("ann")
    assert f"class_back_{room.code}" not in [each.key for each in open_page("class").button]


def test_a_wall_whose_class_another_device_has_taken_over_changes_nothing_any_more(open_room):
    room, look = open_room()
    wall = look()
    room.take_over("other", room.ticket())
    wall.button(key="class_step").click().run()
    assert "Another device leads this class now." in "".join(warnings_of(wall))
    assert room.view().phase == WAITING
    room.led_by("other").end()
    with pytest.raises(ValueError, match="open"):
        room.view()
