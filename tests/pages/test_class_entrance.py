"""The way into a class: a code, a scanned address, a plan, a link from another device; and no guessing."""

from __future__ import annotations

import re
import time
from html import escape, unescape
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest

from kd.classes.plan import plan_text
from kd.text.class_words import ANIMALS
from tests.pages.on_page import html_of, warnings_of
from ui.classes import codes
from ui.classes.entrance import LESSON
from ui.shared import tries

OPEN = "Open the class"
ODD = '<img src=x onerror=alert(1)>"\u202e'


@pytest.fixture(autouse=True)
def nobody_has_tried_a_code():
    codes.forget()


@pytest.fixture
def room(lab):
    """A class that somebody else has opened."""
    room = lab.classes.open("guess;digits", "somebody else")
    yield room
    room.end()


def labels(app) -> list[str]:
    return [button.label for button in app.button]


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def joined(app, code="", name=""):
    """The page after the form was sent."""
    if code:
        app.text_input(key="join_code").input(code)
    app.text_input(key="join_name").input(name)
    return press(app, "Join")


def must_wait(lab, code, person) -> bool:
    try:
        codes.opened_with(lab, code, person)
    except ValueError as error:
        return "Too many wrong codes" in str(error)
    return False


def test_one_joins_with_a_code_typed_in_any_case_under_a_name(open_page, room):
    app = joined(open_page("class"), f" {room.code.lower()}", "Ana")
    assert app.query_params["code"] == room.code
    assert [pupil.name for pupil in room.view().pupils] == ["Ana"]
    assert "Join" not in labels(app)


def test_a_scanned_address_takes_one_tap_and_brings_back_whoever_has_joined(open_page, room):
    app = open_page("class", code=room.code)
    assert [field.key for field in app.text_input] == ["join_name"]
    joined(app)
    (pupil,) = room.view().pupils
    assert room.view().called(pupil.person) in ANIMALS
    assert "Join" not in labels(open_page("class", code=room.code))  # a reload
    app = press(open_page("class"), f"Back to class {room.code}")  # from another page
    assert app.query_params["code"] == room.code
    assert room.view().pupils == (pupil,)


def test_a_wrong_code_gets_one_sentence_and_the_way_in(open_page):
    for code in ("BBBB", ODD, "A" * 5000):
        codes.forget()
        app = open_page("class", code=code)
        (told,) = warnings_of(app)
        assert "No class with the code" in told
        assert "code" not in app.query_params
        assert OPEN in labels(app)
        assert "<img src=x" not in html_of(app)
    (told,) = warnings_of(joined(app, "CCCC", ODD[:10]))
    assert "CCCC" in told
    assert app.text_input(key="join_name").value == ODD[:10]  # nothing need be typed again


def test_wrong_codes_cost_a_visitor_more_and_more_time_and_nobody_else(lab, room, monkeypatch):
    now, waits = time.monotonic(), []
    monkeypatch.setattr(tries, "time", SimpleNamespace(monotonic=lambda: now))
    for _each in range(9):
        with pytest.raises(ValueError, match="No class"):
            codes.opened_with(lab, "BBBB", "eve")
        begun = now
        while must_wait(lab, room.code, "eve"):
            now += 1
        waits.append(now - begun)
        assert codes.opened_with(lab, room.code, "ann").code == room.code
    assert waits == [0, 0, 2, 4, 8, 16, 32, 60, 60]
    with pytest.raises(ValueError, match="Wait 1 min"):
        codes.opened_with(lab, "BBBB", "eve")
    room.join("eve")  # from elsewhere
    assert codes.opened_with(lab, room.code, "eve").code == room.code


def test_a_plan_is_chosen_put_in_order_kept_in_the_address_and_opened(open_page, lab):
    app = open_page("class")
    app.selectbox(key="open_choice").select("digits").run()
    assert app.query_params["plan"] == "digits"
    app.selectbox(key="open_choice").select("own").run()
    for part in ("guess:about=wrong_labels", "map"):
        app.multiselect(key="open_order").select(part).run()
    plan = app.query_params["plan"]
    assert plan == "digits;guess:about=wrong_labels;map"
    app = press(open_page("class", plan=plan), OPEN)  # on the day
    room = lab.classes[app.query_params["code"]]
    assert plan_text(room.view().plan) == plan
    assert "plan" not in app.query_params
    room.end()


def test_a_link_may_have_a_plan_with_settings_of_its_own_and_an_odd_one_gets_a_sentence(open_page):
    app = open_page("class", plan="seeds:train_size=200;digits:asked=7,times=5")
    assert app.query_params["plan"] == "seeds:train_size=200;digits:asked=7,times=5"
    assert app.multiselect(key="open_order").value == ["seeds:train_size=200", "digits:asked=7,times=5"]
    for plan in (ODD, "dance", "guess:about=nothing", "seeds:train_size=-1", ";" * 3000):
        app = open_page("class", plan=plan)
        assert len(warnings_of(app)) == 1
        assert app.selectbox(key="open_choice").value == LESSON


def test_a_link_that_the_host_shows_moves_the_class_to_another_device_once(open_page, lab, monkeypatch):
    monkeypatch.setenv("KD_HOSTS", "kd.example")
    app = press(open_page("class", session={"class_menu": True}), OPEN)
    room = lab.classes[app.query_params["code"]]
    press(app, "Move to another device")
    link = unescape(re.findall(r"kd-link'>(.*?)</p>", html_of(app))[0])
    assert link.startswith(f"http://kd.example:8501/class?code={room.code}&ticket=")
    assert f'alt="{escape(link)}"' in html_of(app)  # of its QR code
    press(app, "Put the link away")
    assert "kd-link" not in html_of(app)
    lab.classes.table.change(room.code, host="another device")
    assert "Join" in labels(app.run())
    app = open_page("class", **dict(parse_qsl(urlsplit(link).query)))  # on this device again
    assert "Start" in labels(app)
    assert "ticket" not in app.query_params
    assert not room.is_host("another device")
    (told,) = warnings_of(open_page("class", **dict(parse_qsl(urlsplit(link).query))))
    assert "This link was used" in told
    room.end()


def test_the_host_chooses_where_phones_join_and_the_address_remembers_it(open_page, lab, monkeypatch):
    monkeypatch.setenv("KD_HOSTS", "kd.example, room7")
    app = press(open_page("class", session={"class_menu": True}), OPEN)
    code = app.query_params["code"]
    assert f'alt="http://kd.example:8501/class?code={code}"' in html_of(app)
    app.selectbox(key="class_via").select("http://room7:8501").run()
    again = open_page("class", **{name: app.query_params[name] for name in app.query_params})
    assert f'alt="http://room7:8501/class?code={code}"' in html_of(again)
    lab.classes[code].end()
