"""Draw: three ways to give a picture, three networks' answers and why, a sentence for what is no digit."""

import io
import re
from html import unescape

import numpy as np
import pytest
from PIL import Image

from kd.analysis.logits import softmax
from kd.analysis.observations import all_disagree
from kd.analysis.playback import logits_over_time
from kd.config import RunConfig
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import places
from kd.runs.state import RunView
from kd.text.words import MODELS
from tests.browser_session import data_url
from tests.pages.on_page import (
    drawn_in_the_browser,
    html_of,
    labelled,
    move,
    values_of,
    warnings_of,
)
from ui.draw.drawings import KEPT
from ui.draw.looks import CHANNEL
from ui.pictures.canvas import SIDE, is_a_dot
from ui.pictures.ways_in import FIRST_PICTURE


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def canvas_picture(digit):
    """A test picture enlarged to the canvas: uint8 (280, 280)."""
    return np.kron(digit, np.ones((10, 10), np.uint8))


def a_dot(top=130, left=130, height=20, width=20):
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    pixels[top : top + height, left : left + width] = 255
    return pixels


def draw(app, pixels, number=0):
    """Draw on the canvas with this number, of which Clear makes a new one."""
    app.session_state[f"canvas_{number}"] = {"drawing": {"raw": {"objects": []}, "data": data_url(pixels)}}
    app.run()
    assert not app.exception
    return app


def press(app, label):
    labelled(app)[label].click().run()
    assert not app.exception
    return app


def said(app):
    origin = drawn_in_the_browser(app, CHANNEL)["opinions"]["origin"]
    return unescape(html_of(app)) + origin + "".join(element.value for element in app.markdown)


def logits_of(lab, run_id, picture):
    return {name: m.logits(picture[None, :, :, None])[0] for name, m in lab.runs[run_id].models().items()}


def models_of(app, channel, kind):
    """model → the logits that the browser draws."""
    return {model["role"]: model["logits"] for model in drawn_in_the_browser(app, channel)[kind]["models"]}


def assert_answered(app, logits):
    found = models_of(app, CHANNEL, "answers")
    assert list(found) == list(MODELS)
    for model in MODELS:
        assert found[model] == pytest.approx(logits[model].tolist(), abs=1e-4)


@pytest.fixture
def seven(mnist):
    return canvas_picture(mnist.x_test[0])


@pytest.fixture
def first(lab, shipped):
    """The answers to the picture that is shown before anything is drawn."""
    return {name: z[FIRST_PICTURE] for name, z in lab.runs[shipped.run_id].test_logits().items()}


def test_before_anything_is_drawn_a_test_picture_is_answered_and_judged(open_page, first, mnist):
    app = open_page("draw")
    assert "Nothing is drawn yet" in said(app)
    assert_answered(app, first)
    figure = drawn_in_the_browser(app, CHANNEL)["answers"]
    assert figure["label"] == mnist.y_test[FIRST_PICTURE]
    assert "Your latest drawings" not in said(app)


def test_what_is_no_digit_gets_a_sentence_and_leaves_the_last_answers_where_they_are(
    open_page, lab, shipped, seven
):
    app = open_page("draw", {"canvas_0": {"drawing": {"raw": {}, "data": "data:image/png;base64,aGVsbG8="}}})
    assert "press Clear and draw again" in warnings_of(app)[0]
    assert f"Until then, the answers are to test picture {FIRST_PICTURE:,}" in said(app)
    app = press(draw(open_page("draw"), seven), "Clear")
    draw(app, a_dot(), number=1)
    assert "only a dot" in warnings_of(app)[0]
    assert "Until then, the answers are to your last picture." in said(app)
    assert_answered(app, logits_of(lab, shipped.run_id, to_mnist(seven)))
    assert "Three-way splits so far: 0" in said(app)
    assert all(is_a_dot(dot, 22) for dot in (a_dot(height=1, width=1), a_dot(0, 0, 22, 24)))
    assert not is_a_dot(a_dot(height=40), 22)
    app = open_page("draw", way="upload")
    app.file_uploader(key="upload").set_value(("digit.png", b"this is text", "image/png")).run()
    assert models_of(app, CHANNEL, "answers")
    assert len(warnings_of(app)) == 1


@pytest.mark.parametrize("way", ["draw", "upload", "test"])
def test_every_look_is_at_the_same_picture_and_at_the_same_temperature(
    open_page, lab, shipped, seven, mnist, way
):
    app = open_page("draw", way=way, picture="18", T="4")
    dark_on_light = 255 - seven
    expected = {name: z[18] for name, z in lab.runs[shipped.run_id].test_logits().items()}
    if way == "draw":
        draw(app, seven)
        expected = logits_of(lab, shipped.run_id, to_mnist(seven))
    elif way == "upload":
        app.file_uploader(key="upload").set_value(("seven.png", png(dark_on_light), "image/png")).run()
        expected = logits_of(lab, shipped.run_id, to_mnist(dark_on_light))
        assert expected["teacher"].argmax() == 7
    label = mnist.y_test[18] if way == "test" else None
    assert_answered(app, expected)
    app.button_group(key="view").set_value("targets").run()
    figures = drawn_in_the_browser(app, CHANNEL)
    for model in figures["softTargets"]["models"]:
        np.testing.assert_allclose(model["logits"], expected[model["role"]], rtol=1e-7)
    assert figures["entropies"]["models"] == figures["softTargets"]["models"]
    assert figures["sentence"]["logits"] == figures["softTargets"]["models"][0]["logits"]
    assert figures["sentence"]["label"] == label
    assert values_of(app, CHANNEL) == {"T": 4.0, "log": False}
    move(app, CHANNEL, T=8.0, log=True)
    assert app.query_params["log"] in ("true", ["true"])
    app.button_group(key="view").set_value("pull").run()
    pulls = drawn_in_the_browser(app, CHANNEL)["pulls"]
    meant = {} if way == "test" else {"meant": "teacher"}
    assert values_of(app, CHANNEL) == {
        "T": 8.0, "student": "nothing", "alpha": 0.1, "squared": True, **meant,
    }  # fmt: skip
    assert pulls["label"] == label
    for student, logits in {**expected, "nothing": np.zeros(10)}.items():
        found = pulls["teacher"] if student == "teacher" else pulls["students"][student]
        np.testing.assert_allclose(found, logits, rtol=1e-7)
    assert not app.warning


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
    app = open_page("draw", {f"live-{CHANNEL}": {"moved": moved}}, view="targets")
    assert not app.error
    assert app.session_state["T"] == 1.0
    assert app.session_state["log"] is False


def test_the_page_says_so_when_another_run_than_the_address_names_answers(
    open_page, lab, shipped, monkeypatch
):
    asked = RunView("0123456789ab", RunConfig(alpha=0.35), "running", "students")
    watch = lab.runs.view
    monkeypatch.setattr(lab.runs, "view", lambda run_id: asked if run_id == asked.run_id else watch(run_id))
    app = open_page("draw", run=asked.run_id)
    assert "The run you looked at (α 0.35 · T 10 with T² · strong teacher" in html_of(app)
    assert "is still training, so this page uses another one." in html_of(app)
    assert app.query_params["run"] == asked.run_id  # and Train still shows it
    assert "uses another one" not in html_of(open_page("draw", run=shipped.run_id))


def test_test_pictures_are_chosen_by_doubt_by_digit_and_by_chance(open_page, lab, shipped, mnist):
    app = open_page("draw", way="test")
    sure = softmax(lab.runs[shipped.run_id].test_logits()["teacher"]).max(axis=1)

    def offered():
        (words,) = (chart.proto.alt for chart in app.get("vega_lite_chart"))
        return [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) \(label", words)]

    assert max(sure[offered()]) < np.quantile(sure, 0.01)
    app.button_group(key="strip_of").set_value("3").run()
    assert set(mnist.y_test[offered()]) == {3}
    assert sure[offered()[0]] > sure[offered()[-1]]
    press(app, "Random")
    number = app.number_input(key="picture").value
    assert number != FIRST_PICTURE
    assert f"Test picture {number:,}." in said(app)


def test_the_last_drawings_are_kept_and_all_disagreements_of_the_session_counted(
    open_page, lab, shipped, mnist
):
    answers = np.stack([lab.runs[shipped.run_id].test_logits()[name].argmax(axis=1) for name in MODELS])
    differ = [i for i in range(KEPT, 10_000) if len(set(answers[:, i])) == 3]
    drawings = [*differ[:4], *range(KEPT)]
    disagree = [
        all_disagree(logits_of(lab, shipped.run_id, to_mnist(canvas_picture(mnist.x_test[i]))))
        for i in drawings
    ]
    assert sum(disagree) > 0
    app = draw(open_page("draw"), canvas_picture(mnist.x_test[5]))  # goes on: half a digit is not kept
    for number, i in enumerate(drawings):
        draw(app, canvas_picture(mnist.x_test[i]), number)
        press(app, "Clear")
    draw(app, canvas_picture(mnist.x_test[drawings[-1]]), len(drawings))  # again: it counts once
    assert f"Three-way splits so far: {sum(disagree)}" in said(app)
    assert len(app.session_state["drawings"]) == KEPT


def test_going_back_to_an_earlier_drawing_needs_no_mouse(open_page, lab, shipped, mnist):
    app = press(draw(open_page("draw"), canvas_picture(mnist.x_test[0])), "Clear")
    draw(app, canvas_picture(mnist.x_test[1]), number=1)
    app.button_group(key="drawings_number").set_value(1).run()
    assert "One of your earlier drawings" in said(app)
    assert_answered(app, logits_of(lab, shipped.run_id, to_mnist(canvas_picture(mnist.x_test[0]))))
    app.button_group(key="drawings_number").set_value(None).run()
    assert "Your drawing, as the models see it." in said(app)
    app.button_group(key="drawings_number").set_value(1).run()
    draw(app, canvas_picture(mnist.x_test[2]), number=1)  # another drawing replaces it
    assert app.button_group(key="drawings_number").value is None
    assert "One of your earlier drawings" not in said(app)


def test_a_training_picture_is_its_own_neighbour_and_the_index_is_kept(lab, shipped, mnist, monkeypatch):
    monkeypatch.setattr("kd.lab.runs.NEIGHBOURS", 60)
    index = lab.runs[shipped.run_id].neighbours()
    seventh = places(shipped.config)[7]
    nearest = index.nearest(to_model_input(mnist.x_train[[seventh]])[0], 1).iloc[0]
    assert (nearest["picture"], nearest["label"]) == (7, mnist.y_train[seventh])
    assert nearest["distance"] == pytest.approx(0, abs=1e-3)
    assert [path.suffix for path in (lab.store.home / "neighbours").iterdir()] == [".npz"]
    assert lab.runs[shipped.run_id].neighbours() is index


def test_earlier_readings_come_from_the_weights_of_that_time(open_page, lab, shipped, mnist):
    app = open_page("draw", {"reading_open": True}, way="test", picture="0")
    kept = lab.runs[shipped.run_id].snapshots()["scratch"]
    first = logits_over_time(
        lab.runs[shipped.run_id].models()["scratch"], kept["weights"], mnist.test(1)[0][0]
    )
    figures = drawn_in_the_browser(app, "playback-draw")
    assert f"Scratch {first[0].argmax()} (" in figures["sentence"]["says"][0]
    assert figures["reading"]["logits"][0] == pytest.approx(first[0].tolist(), rel=1e-6)
    assert first[0] == pytest.approx(kept["logits"][0, 0].astype(float), abs=0.05)
