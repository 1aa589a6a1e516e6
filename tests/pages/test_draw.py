"""Draw: three ways to give a picture, three networks' answers, and a sentence for what is not a digit."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from kd.analysis.logits import softmax
from kd.analysis.opinions import opinion
from kd.config import PRESETS, TEST_IMAGES, RunConfig
from kd.pictures.drawing import to_mnist
from kd.runs.state import RunView
from kd.text.answers import answers_sentence
from kd.text.words import MODELS
from tests.pages.on_page import drawn_in_the_browser, html_of, move, values_of, warnings_of
from ui.pictures.canvas import SIDE
from ui.pictures.ways_in import FIRST_PICTURE


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def as_canvas_sends(pixels):
    data = "data:image/png;base64," + base64.b64encode(png(pixels)).decode()
    return {"drawing": {"raw": {"objects": []}, "data": data}}


def canvas_picture(digit):
    """A test picture enlarged to the canvas: RGBA uint8 (280, 280, 4)."""
    grey = np.kron(digit, np.ones((10, 10), np.uint8))
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def draw(app, pixels):
    app.session_state["canvas_0"] = as_canvas_sends(pixels)
    app.run()
    assert not app.exception
    return app


def logits_of(lab, run_id, picture):
    return {
        name: model.logits(picture[None, :, :, None])[0] for name, model in lab.runs[run_id].models().items()
    }


def answers_of(app):
    """model → the logits that the browser draws."""
    return {
        model["role"]: model["logits"] for model in drawn_in_the_browser(app, "answers")["answers"]["models"]
    }


def assert_answered(app, logits):
    found = answers_of(app)
    assert list(found) == list(MODELS)
    for model in MODELS:
        assert found[model] == pytest.approx(logits[model].tolist(), abs=1e-4)


@pytest.fixture
def seven(mnist):
    return canvas_picture(mnist.x_test[0])


def test_before_anything_is_drawn_a_test_picture_is_answered(open_page, lab, shipped):
    app = open_page("draw")
    assert "Nothing is drawn yet" in html_of(app)
    logits = {name: z[FIRST_PICTURE] for name, z in lab.runs[shipped.run_id].test_logits().items()}
    assert_answered(app, logits)


def test_a_drawing_is_answered_by_all_three(open_page, lab, shipped, seven):
    app = draw(open_page("draw"), seven)
    logits = logits_of(lab, shipped.run_id, to_mnist(seven))
    assert_answered(app, logits)
    assert logits["teacher"].argmax() == 7
    assert answers_sentence({model: opinion(softmax(z)) for model, z in logits.items()}) in html_of(app)


def test_the_temperature_softens_all_three_and_nothing_is_sent_again(open_page, lab, shipped, seven):
    app = draw(open_page("draw"), seven)
    logits = logits_of(lab, shipped.run_id, to_mnist(seven))
    sent = app.get("bidi_component")[-1].proto.json
    move(app, "answers", T=20.0)
    assert app.get("bidi_component")[-1].proto.json == sent
    assert not app.error
    assert "The sentence describes their answers at T = 1." in html_of(app)
    assert app.query_params["soften"] in ("20", ["20"])
    assert_answered(app, logits)


def test_clear_empties_the_canvas(open_page, seven):
    app = draw(open_page("draw"), seven)
    next(button for button in app.button if button.label == "Clear").click().run()
    assert "Nothing is drawn yet" in html_of(app)


@pytest.mark.parametrize(
    ("top", "left", "height", "width"), [(130, 130, 20, 20), (130, 130, 1, 1), (0, 0, 22, 24)]
)
def test_a_dot_gets_a_sentence(open_page, top, left, height, width):
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[top : top + height, left : left + width, :3] = 255
    app = draw(open_page("draw"), pixels)
    (sentence,) = warnings_of(app)
    assert "only a dot" in sentence
    assert f"Until then, the answers are to test picture {FIRST_PICTURE:,}" in html_of(app)
    assert answers_of(app)


def a_dot():
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[..., 3], pixels[130:150, 130:150, :3] = 255, 255
    return pixels


def test_a_dot_leaves_the_last_answers_where_they_are(open_page, lab, shipped, seven):
    app = draw(open_page("draw"), seven)
    next(button for button in app.button if button.label == "Clear").click().run()
    app.session_state["canvas_1"] = as_canvas_sends(a_dot())
    app.run()
    assert "only a dot" in warnings_of(app)[0]
    assert "Until then, the answers are to your last picture." in html_of(app)
    assert_answered(app, logits_of(lab, shipped.run_id, to_mnist(seven)))
    assert "of 1 drawing." in " ".join(element.value for element in app.markdown)


def test_answers_are_judged_where_the_label_is_known_and_only_there(open_page, seven, mnist):
    figure = drawn_in_the_browser(open_page("draw"), "answers")["answers"]
    assert figure["label"] == mnist.y_test[FIRST_PICTURE]
    assert figure["says"] == {"right": "right", "wrong": "wrong"}
    app = draw(open_page("draw"), seven)
    assert drawn_in_the_browser(app, "answers")["answers"]["label"] is None


def to_dark_knowledge(app):
    next(button for button in app.button if button.label == "See its dark knowledge").click().run()
    assert not app.exception
    assert not app.warning
    return {
        model["role"]: model["logits"]
        for model in drawn_in_the_browser(app, "soft-targets")["softTargets"]["models"]
    }


def test_a_drawing_is_taken_to_dark_knowledge(open_page, lab, shipped, seven):
    app = draw(open_page("draw"), seven)
    found = to_dark_knowledge(app)
    logits = logits_of(lab, shipped.run_id, to_mnist(seven))
    assert found["teacher"] == pytest.approx(logits["teacher"].tolist(), abs=1e-4)
    assert "Your drawing, as the models see it." in html_of(app)
    assert app.query_params["source"] in ("draw", ["draw"])


def test_an_upload_and_an_earlier_drawing_are_taken_to_dark_knowledge_too(open_page, lab, shipped, seven):
    app = open_page("draw", way="upload")
    app.file_uploader(key="upload").set_value(("seven.png", png(255 - seven[..., :3]), "image/png")).run()
    found = to_dark_knowledge(app)
    logits = logits_of(lab, shipped.run_id, to_mnist(255 - seven[..., :3]))
    assert found["scratch"] == pytest.approx(logits["scratch"].tolist(), abs=1e-4)
    assert "Your picture from Draw, until you draw another one." in html_of(app)


def test_a_test_picture_is_taken_to_dark_knowledge_by_its_number(open_page, lab, shipped):
    app = open_page("draw", way="test", picture="18")
    found = to_dark_knowledge(app)
    expected = lab.runs[shipped.run_id].test_logits()["distilled"][18].tolist()
    assert found["distilled"] == pytest.approx(expected, rel=1e-6)
    assert app.number_input(key="picture").value == 18
    assert app.query_params["picture"] in ("18", ["18"])


@pytest.mark.parametrize(
    "data", ["", "nonsense", "data:image/png;base64,!!!!", "data:image/png;base64,aGVsbG8="]
)
def test_an_incomplete_drawing_gets_a_sentence(open_page, data):
    app = open_page("draw")
    app.session_state["canvas_0"] = {"drawing": {"raw": {}, "data": data}}
    app.run()
    assert not app.exception
    assert "press Clear and draw again" in warnings_of(app)[0]


@pytest.mark.parametrize("way", ["test", "Test pictures"])  # the second is from an old address
def test_a_test_picture_is_chosen_by_number(open_page, lab, shipped, mnist, way):
    app = open_page("draw", way=way, picture="18")
    logits = {name: z[18] for name, z in lab.runs[shipped.run_id].test_logits().items()}
    assert_answered(app, logits)
    assert f"Its label says {mnist.y_test[18]}" in html_of(app)


def test_a_sentence_says_which_models_read_a_test_picture_wrongly(open_page):
    """Here all three hesitate between 5 and 9, but in different ways."""
    run = PRESETS["many_images"].config.run_id
    text = html_of(open_page("draw", run=run, way="test", picture="2939"))
    assert "All three hesitate between 5 and 9: the teacher says 9, and both students say 5." in text
    assert "The label says 9: both students are wrong." in text


@pytest.mark.parametrize("page", ["draw", "dark_knowledge"])
@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("queued", "has not been trained yet"),
        ("running", "is still training"),
        ("stopped", "was stopped before its models were ready"),
        ("failed", "failed before its models were ready"),
    ],
)
def test_the_page_says_so_when_another_run_than_the_address_names_answers(
    open_page, lab, shipped, monkeypatch, page, status, said
):
    asked = RunView("0123456789ab", RunConfig(alpha=0.35), status, "students")
    watch = lab.runs.view
    monkeypatch.setattr(lab.runs, "view", lambda run_id: asked if run_id == asked.run_id else watch(run_id))
    app = open_page(page, run=asked.run_id)
    assert "The run you looked at (α 0.35 · T 10 with T² · strong teacher" in html_of(app)
    assert f"{said}, so this page uses another one." in html_of(app)
    assert app.query_params["run"] == asked.run_id  # and Train still shows it
    assert "another one answers" not in html_of(open_page(page, run=shipped.run_id))


@pytest.mark.parametrize("value", ["-1", str(TEST_IMAGES), "x", "9" * 400, "1.5", ""])
def test_an_impossible_test_picture_gets_a_sentence(open_page, value):
    app = open_page("draw", way="test", picture=value)
    assert "numbered from 0 to 9,999" in warnings_of(app)[0]
    assert f"Test picture {FIRST_PICTURE:,}" in html_of(app)


@pytest.mark.parametrize("value", ["0", "101", "hot", "nan", "1e400", ""])
def test_an_impossible_temperature_gets_a_sentence(open_page, value):
    app = open_page("draw", soften=value)
    assert "between 0.1 and 100" in warnings_of(app)[0]
    assert values_of(app, "answers") == {"T": 1.0}


def test_an_unknown_kind_of_input_gets_a_sentence(open_page):
    app = open_page("draw", way="Telepathy")
    assert "Telepathy" in warnings_of(app)[0]
    assert app.slider(key="pen").label == "Pen width"


def test_an_ambiguous_picture_is_one_that_the_teacher_is_unsure_about(open_page, lab, shipped):
    app = open_page("draw", way="test")
    next(button for button in app.button if button.label == "An ambiguous one").click().run()
    sure = softmax(lab.runs[shipped.run_id].test_logits()["teacher"]).max(axis=1)
    assert sure[app.number_input(key="picture").value] < np.quantile(sure, 0.05)


def test_an_uploaded_picture_is_answered(open_page, lab, shipped, seven):
    app = open_page("draw", way="upload")
    dark_on_light = 255 - seven[..., :3]
    app.file_uploader(key="upload").set_value(("seven.png", png(dark_on_light), "image/png")).run()
    assert not app.exception
    assert np.argmax(answers_of(app)["teacher"]) == 7


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"this is text",
        png(np.zeros((300, 300), np.uint8)),
        png(np.full((300, 300), 255, np.uint8)),
        png(np.zeros((300, 300), np.uint8))[:60],
    ],
    ids=["empty", "text", "black", "white", "truncated"],
)
def test_an_upload_that_is_no_digit_gets_a_sentence(open_page, content):
    app = open_page("draw", way="upload")
    app.file_uploader(key="upload").set_value(("digit.png", content, "image/png")).run()
    assert not app.exception
    assert answers_of(app)
    (sentence,) = warnings_of(app)
    assert sentence.endswith(".")
    assert "Traceback" not in sentence


def test_every_control_has_a_help(open_page):
    for way in ("draw", "test", "upload"):
        app = open_page("draw", way=way)
        widgets = [*app.slider, *app.selectbox, *app.number_input, *app.button, *app.file_uploader]
        assert all(widget.label and widget.help for widget in widgets)
