"""Digits of the class: a phone draws and sends, the wall shows what is read, and what is removed goes."""

import numpy as np
import pytest

from kd.pictures.mnist import load_mnist
from tests.browser_session import data_url
from tests.pages.on_page import html_of, warnings_of


@pytest.fixture
def room(lab):
    """A class that draws sevens, led by somebody else, with one drawing of Ana's."""
    room = lab.classes.open("digits:asked=7", "somebody else")
    room.start()
    room.join("ana", "<b>Ana</b>")
    mnist = load_mnist()
    room.answer("ana", key="0", picture=mnist.x_test[np.flatnonzero(mnist.y_test == 7)[0]])
    yield room
    room.end()


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def drawn(app, digit, number=0):
    """Draw a picture of MNIST, enlarged, on the canvas with this number."""
    pixels = np.kron(digit, np.ones((10, 10), np.uint8))
    app.session_state[f"canvas_{number}"] = {"drawing": {"raw": {"objects": []}, "data": data_url(pixels)}}
    app.run()
    assert not app.exception


def test_a_phone_draws_what_it_is_asked_for_and_sees_what_the_models_read(open_page, lab, room):
    app = open_page("class", code=room.code)
    app.text_input(key="join_name").input("")
    next(button for button in app.button if button.label == "Join").click().run()
    assert "Draw a 7." in html_of(app)
    press(app, "class_send")
    assert "Draw first" in "".join(warnings_of(app))
    mnist = load_mnist()
    drawn(app, mnist.x_test[np.flatnonzero(mnist.y_test == 7)[1]])
    press(app, "class_send")
    own = room.view().answers[-1]
    assert (own.value, len(room.view().answers)) == (7, 2)
    read = {model: int(values[-1].argmax()) for model, values in room.read().items()}
    assert "on the wall" in html_of(app)
    for model, digit in read.items():
        assert f"{model.capitalize()}</span> <b>{digit}</b>" in html_of(app)
    press(app, "class_again_0")
    assert "Draw a 7." in html_of(app)
    room.freeze()
    app.run()
    assert "Draw a 7." not in html_of(app)


def test_the_wall_shows_who_reads_what_and_removes_what_was_clicked(open_page, lab, room):
    app = open_page("class", code=room.code, ticket=room.ticket())
    assert "Of 1 drawing the teacher reads" in html_of(app)
    assert "<b>Ana" not in html_of(app)
    app.session_state["class_picked"] = room.view().answers[0].number
    app.run()
    press(app, "class_keep")
    assert lab.drawings[room.code].digits.tolist() == [7]
    lab.drawings.remove(room.code)
    room.reveal()
    app.run()
    assert "Too few have drawn" in html_of(app)
    press(app, "class_remove_drawing")
    assert room.view().answers == ()
    assert "Draw the digit that your phone asks for" in html_of(app)


def test_draw_offers_what_a_class_has_kept(open_page, lab, room):
    name = room.keep()
    app = open_page("draw", way="test")
    app.button_group(key="strip_of").set_value(f"class {name}").run()
    assert not app.exception
    assert "1 (asked for 7)" in "".join(chart.proto.alt for chart in app.get("vega_lite_chart"))
    lab.drawings.remove(name)
    app.run()
    assert app.session_state["strip_of"] == "ambiguous"
