"""Dark knowledge: the page follows T, the picture and the run, whatever a browser says of its controls."""

import re
from html import unescape

import numpy as np
import pytest

from kd.analysis import softening
from kd.text.words import percent
from tests.pages.on_page import drawn_in_the_browser, html_of, labelled, move, values_of
from ui.pictures.ways_in import FIRST_PICTURE


def said(app):
    return unescape(html_of(app))


def test_the_browser_gets_each_models_logits_to_the_last_figure(open_page, lab, shipped, mnist):
    app = open_page("dark_knowledge")
    figures = drawn_in_the_browser(app, "soft-targets")
    for model in figures["softTargets"]["models"]:
        logits = lab.runs[shipped.run_id].test_logits()[model["role"]][FIRST_PICTURE]
        np.testing.assert_array_equal(np.float32(model["logits"]), np.float32(logits))
    assert figures["entropies"]["models"] == figures["softTargets"]["models"]
    sentence = figures["sentence"]
    assert sentence["logits"] == figures["softTargets"]["models"][0]["logits"]
    assert sentence["label"] == mnist.y_test[FIRST_PICTURE]


def test_a_temperature_that_is_let_go_is_kept_from_view_to_view_and_nothing_is_sent_again(open_page):
    app = open_page("dark_knowledge")
    (before,) = app.get("bidi_component")
    move(app, "soft-targets", T=8.0, log=True)
    (after,) = app.get("bidi_component")
    assert after.proto.json == before.proto.json
    assert app.query_params["T"] in ("8", ["8"])
    assert app.query_params["log"] in ("true", ["true"])
    app.button_group(key="view").set_value("pull").run()
    assert values_of(app, "pull")["T"] == 8.0
    move(app, "pull", T=2.0)
    app.button_group(key="view").set_value("all").run()
    assert values_of(app, "look-alikes")["T"] == 2.0
    assert "mean soft targets at T = 2." in said(app)
    app.button_group(key="view").set_value("one").run()
    move(app, "soft-targets", T=4.0, log=False)
    assert not {"T", "log"} & set(app.query_params)


@pytest.mark.parametrize(
    "moved",
    [
        7,
        {"at": 1, "values": 4},
        {"at": {}, "values": {"T": "hot", "log": 1}},
        {"at": 1, "values": {"T": float("nan"), "log": None}},
    ],
)
def test_whatever_a_browser_says_of_the_controls_the_page_goes_on(open_page, moved):
    app = open_page("dark_knowledge", {"live-soft-targets": {"moved": moved}})
    assert not app.error
    assert app.session_state["T"] == 4.0
    assert app.session_state["log"] is False


def test_the_address_chooses_picture_temperature_and_view(open_page, lab, shipped, mnist):
    app = open_page("dark_knowledge", picture="7", T="10", view="pull")
    assert "Test picture 7" in said(app)
    assert values_of(app, "pull") == {"T": 10.0, "student": "nothing", "alpha": 0.1, "squared": True}
    pulls = drawn_in_the_browser(app, "pull")["pulls"]
    assert pulls["label"] == mnist.y_test[7]
    logits = {name: z[7] for name, z in lab.runs[shipped.run_id].test_logits().items()}
    expected = {"nothing": np.zeros(10), "scratch": logits["scratch"], "distilled": logits["distilled"]}
    for student, values in expected.items():
        np.testing.assert_array_equal(np.float32(pulls["students"][student]), np.float32(values))
    np.testing.assert_array_equal(np.float32(pulls["teacher"]), np.float32(logits["teacher"]))
    labelled(app)["Random"].click().run()
    number = app.number_input(key="picture").value
    assert number != 7
    assert f"Test picture {number:,}" in said(app)


def test_all_pictures_name_the_likest_pair_and_a_cell_is_chosen_without_a_mouse(
    open_page, lab, shipped, mnist
):
    app = open_page("dark_knowledge", view="all")
    teacher = lab.runs[shipped.run_id].test_logits()["teacher"]
    means = softening.mean_soft_targets(mnist.y_test, teacher, 4.0)
    wrong = np.where(np.eye(10, dtype=bool), 0, means)
    shares = wrong / wrong.sum(axis=1, keepdims=True)
    true, other = np.unravel_index(shares.argmax(), shares.shape)
    assert (
        f"For pictures of {true}, {percent(shares.max())} of the teacher's probability for wrong digits goes "
        f"to {other}."
    ) in said(app)
    app.selectbox(key="dark_cell_true").set_value(1).run()
    app.selectbox(key="dark_cell_class").set_value(8).run()
    words = "**Behind the cell 1 → 8:** the pictures of 1 that look most like 8"
    assert any(words in each.value for each in app.markdown)
    first = softening.pictures_behind(mnist.y_test, teacher, 1, 8, 1.0, 12)["picture"].tolist()
    described = [chart.proto.alt for chart in app.get("vega_lite_chart")]
    pictures = [re.findall(r"(\d+) \(", each) for each in described if each.startswith("Test pictures")]
    assert list(map(str, first)) in pictures
