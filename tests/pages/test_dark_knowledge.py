"""Dark knowledge: the page follows T, the picture and the run, and says so when an address leads nowhere."""

import re
from html import unescape

import numpy as np
import pyarrow as pa
import pytest

from kd.analysis import softening
from kd.analysis.logits import softmax
from kd.analysis.opinions import soft_target
from kd.analysis.pull import pull_of
from kd.text.dark_words import pull_sentence, soft_target_sentence
from kd.text.words import percent
from tests.pages.on_page import html_of, warnings_of
from ui.pictures.ways_in import FIRST_PICTURE


def said(app):
    return unescape(html_of(app))


@pytest.mark.parametrize("temperature", [0.5, 4.0, 20.0])
def test_the_sentence_follows_the_temperature(open_page, lab, shipped, mnist, temperature):
    app = open_page("dark_knowledge")
    app.slider(key="T").set_value(temperature).run()
    logits = lab.test_logits(shipped.run_id)["teacher"][FIRST_PICTURE]
    label = int(mnist.y_test[FIRST_PICTURE])
    assert soft_target_sentence(soft_target(softmax(logits, temperature)), temperature, label) in said(app)


def test_the_address_chooses_picture_temperature_and_view(open_page, lab, shipped, mnist):
    app = open_page("dark_knowledge", picture="7", T="10", view="pull")
    assert "Test picture 7" in said(app)
    teacher = lab.test_logits(shipped.run_id)["teacher"][7]
    gradient = softening.loss_gradient(np.array(mnist.y_test[7]), np.zeros(10), teacher, 0.1, 10.0)
    assert pull_sentence(pull_of(gradient)) in said(app)


def test_without_t_squared_the_teacher_pulls_less(open_page):
    app = open_page("dark_knowledge", T="20", view="pull")
    assert "The teacher pulls" in said(app)
    app.toggle(key="pull_squared").set_value(False).run()
    assert "The label pulls" in said(app)


def test_all_pictures_name_the_pair_that_looks_most_alike(open_page, lab, shipped, mnist):
    app = open_page("dark_knowledge", view="all")
    means = softening.mean_soft_targets(mnist.y_test, lab.test_logits(shipped.run_id)["teacher"], 4.0)
    wrong = np.where(np.eye(10, dtype=bool), 0, means)
    shares = wrong / wrong.sum(axis=1, keepdims=True)
    true, other = np.unravel_index(shares.argmax(), shares.shape)
    expected = (
        f"For pictures of {true}, {percent(shares.max())} of the teacher's probability for wrong digits goes "
        f"to {other}."
    )
    assert expected in said(app)


def test_a_cell_can_be_chosen_without_a_mouse(open_page, lab, shipped, mnist):
    app = open_page("dark_knowledge", view="all")
    app.selectbox(key="dark_cell_true").set_value(1).run()
    app.selectbox(key="dark_cell_class").set_value(8).run()
    assert not app.exception
    assert any(
        "**Behind the cell 1 → 8:** the pictures of 1 that look most like 8" in e.value for e in app.markdown
    )
    teacher = lab.test_logits(shipped.run_id)["teacher"]
    first = softening.pictures_behind(mnist.y_test, teacher, 1, 8, 1.0, 12)["picture"].tolist()
    described = [chart.proto.alt for chart in app.get("vega_lite_chart")]
    pictures = [re.findall(r"(\d+) \(", each) for each in described if each.startswith("Test pictures")]
    assert list(map(str, first)) in pictures


def test_random_shows_another_picture(open_page):
    app = open_page("dark_knowledge")
    before = app.number_input(key="picture").value
    app.button[0].click().run()
    assert app.number_input(key="picture").value != before
    assert f"Test picture {app.number_input(key='picture').value:,}" in said(app)


@pytest.mark.parametrize("number", ["10000", "-1", "three", "1e3", "³"])
def test_an_unknown_picture_gets_a_sentence_and_a_picture(open_page, number):
    app = open_page("dark_knowledge", picture=number)
    (warning,) = warnings_of(app)
    assert f"There is no test picture “{number}”" in warning
    assert f"Test picture {FIRST_PICTURE:,}" in said(app)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"T": "0"}, "T must be a number between 0.5 and 20, not “0”"),
        ({"T": "nan"}, "T must be a number between 0.5 and 20, not “nan”"),
        ({"T": "hot"}, "T must be a number between 0.5 and 20, not “hot”"),
        ({"view": "behind"}, "There is no view “behind”"),
    ],
)
def test_an_impossible_address_gets_a_sentence(open_page, query, sentence):
    app = open_page("dark_knowledge", **query)
    (warning,) = warnings_of(app)
    assert sentence in warning
    assert "At T = 4, the teacher says" in said(app)


def test_an_unknown_run_gets_a_sentence_and_another_run(open_page):
    app = open_page("dark_knowledge", run="nothing")
    (warning,) = warnings_of(app)
    assert "There is no run “nothing” here" in warning
    assert "At T = 4, the teacher says" in said(app)


def test_before_you_draw_the_page_says_so_and_shows_a_picture(open_page):
    app = open_page("dark_knowledge")
    app.button_group(key="dark_way").set_value("draw").run()
    assert not app.exception
    assert "Nothing is drawn yet" in said(app)
    assert "At T = 4, the teacher says" in said(app)


def captions(app):
    """What stands under the thumbnails of the first strip."""
    rows = app.get("vega_lite_chart")[0].proto.data.data
    return pa.ipc.open_stream(rows).read_all()["caption"].to_pylist()


def test_thumbnails_that_were_shown_in_one_language_are_shown_in_another(open_page, request):
    assert all(caption.startswith("label ") for caption in captions(open_page("dark_knowledge")))
    request.getfixturevalue("pseudo_language")
    assert all(caption.startswith("⟦label ") for caption in captions(open_page("dark_knowledge")))
