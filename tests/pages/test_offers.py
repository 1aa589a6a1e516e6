"""What pages say where not everything is trained: in place of a button's help, and beside it."""

from __future__ import annotations

import pytest

from kd.lab.offers import NO_TEACHERS, NO_TRAINING
from tests.pages.on_page import html_of, labelled


@pytest.fixture
def demonstration(lab, monkeypatch):
    monkeypatch.setattr(lab.offers, "training", False)


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize(
    ("page", "query", "button"),
    [
        ("home", {}, "Train a student now"),
        ("train", {"alpha": "0.35", "seed": "9"}, "Train"),
        ("class", {}, "Open the class"),
        ("experiments", {"experiment": "how_many_images"}, "Run it yourself"),
        ("sweep", {"vary": "alpha:0.2,0.4", "seed": "9"}, "Start"),
    ],
)
def test_a_demonstrations_buttons_say_where_one_can_train(open_page, lab, page, query, button):
    app = open_page(page, **query)
    (found,) = (widget for label, widget in labelled(app).items() if label.split(" (")[0] == button)
    assert (found.disabled, found.help) == (True, NO_TRAINING)
    assert NO_TRAINING in html_of(app).split('class="kd kd-quiet kd-place"')[1]  # and below, on every page


@pytest.mark.usefixtures("demonstration")
def test_what_is_included_answers_in_a_demonstration(open_page, shipped):
    app = open_page("train", run=shipped.run_id)
    found = labelled(app)
    assert not found["Train"].disabled
    assert shipped.run_id in app.query_params["run"]
    app = open_page("train", as_i_move="1", run=shipped.run_id)
    labelled(app)["α, weight of the true labels"].set_value(0.35).run()
    assert not app.exception
    assert not app.warning
    assert labelled(app)["Train"].help == NO_TRAINING


def test_a_link_that_asks_for_a_fresh_teacher_gets_one_sentence(open_page, lab, monkeypatch):
    monkeypatch.setattr(lab.offers, "teachers", False)
    app = open_page("train", teacher="fresh", seed="9")
    train = labelled(app)["Train"]
    assert (train.disabled, train.help) == (True, NO_TEACHERS)
    assert html_of(app).count(NO_TEACHERS) == 1
    assert not labelled(open_page("train", seed="9"))["Train"].disabled
