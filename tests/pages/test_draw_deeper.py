"""Draw, deeper: distances from the teacher, latest drawings, what pixels say, neighbours, playback."""

import base64
import io
from hashlib import sha256
from html import unescape

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from kd.analysis.opinions import all_disagree, distances_bits
from kd.analysis.playback import logits_over_time
from kd.analysis.saliency import saliency
from kd.lab.runs import Run
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import places
from kd.text.words import MODELS
from tests.pages.on_page import chart_titles, drawn_in_the_browser, html_of
from ui.draw.drawings import KEPT
from ui.pictures.ways_in import FIRST_PICTURE


def canvas_picture(digit):
    grey = np.kron(digit, np.ones((10, 10), np.uint8))
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def draw(app, pixels, number=0):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    data = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    app.session_state[f"canvas_{number}"] = {"drawing": {"raw": {"objects": []}, "data": data}}
    app.run()
    assert not app.exception
    return app


def said(app):
    return unescape(html_of(app)) + "".join(element.value for element in app.markdown)


def logits_of(lab, run_id, picture):
    return {name: m.logits(picture[None, :, :, None])[0] for name, m in lab.runs[run_id].models().items()}


def test_how_far_the_students_are_from_their_teacher(open_page, lab, shipped):
    logits = {name: z[FIRST_PICTURE] for name, z in lab.runs[shipped.run_id].test_logits().items()}
    bits = distances_bits(logits)
    text = said(open_page("draw"))
    for student in ("distilled", "scratch"):
        assert f"{bits[student]:.2f} bits" in text


def test_the_last_drawings_are_kept_and_counted(open_page, lab, shipped, mnist):
    app = open_page("draw")
    assert "Your latest drawings" not in said(app)
    draw(app, canvas_picture(mnist.x_test[0]))
    assert "of 1 drawing." in said(app)
    draw(app, canvas_picture(mnist.x_test[1]))  # still the same canvas: the drawing went on
    assert "of 1 drawing." in said(app)
    next(button for button in app.button if button.label == "Clear").click().run()
    draw(app, canvas_picture(mnist.x_test[4]), number=1)
    disagree = [
        all_disagree(logits_of(lab, shipped.run_id, to_mnist(canvas_picture(mnist.x_test[i]))))
        for i in (1, 4)
    ]
    assert f"All three models disagree on {sum(disagree)} of 2 drawings." in said(app)


def test_drawings_are_kept_in_every_language(open_page, mnist, pseudo_language):
    app = draw(open_page("draw"), canvas_picture(mnist.x_test[0]))
    assert "⟦**Your latest drawings.**" in said(app)
    draw(app, canvas_picture(mnist.x_test[1]))  # still the same canvas: the drawing went on
    assert list(app.session_state["drawings"]) == ["drawing 0"]


def test_disagreements_of_the_whole_session_count_not_only_the_drawings_still_shown(
    open_page, lab, shipped, mnist
):
    answers = np.stack([lab.runs[shipped.run_id].test_logits()[name].argmax(axis=1) for name in MODELS])
    # none is drawn twice: that would count once
    differ = [i for i in range(KEPT, 10_000) if len(set(answers[:, i])) == 3]
    drawings = [*differ[:4], *range(KEPT)]
    expected = sum(
        all_disagree(logits_of(lab, shipped.run_id, to_mnist(canvas_picture(mnist.x_test[i]))))
        for i in drawings
    )
    assert expected > 0
    app = open_page("draw")
    for number, i in enumerate(drawings):
        draw(app, canvas_picture(mnist.x_test[i]), number)
        next(button for button in app.button if button.label == "Clear").click().run()
    assert f"All three models disagree on {expected} of {len(drawings)} drawings." in said(app)
    assert len(app.session_state["drawings"]) == KEPT


def test_going_back_to_an_earlier_drawing_needs_no_mouse(open_page, lab, shipped, mnist):
    app = draw(open_page("draw"), canvas_picture(mnist.x_test[0]))
    next(button for button in app.button if button.label == "Clear").click().run()
    draw(app, canvas_picture(mnist.x_test[1]), number=1)
    app.button_group(key="drawings_number").set_value(1).run()
    assert not app.exception
    assert "One of your earlier drawings" in said(app)
    bits = distances_bits(logits_of(lab, shipped.run_id, to_mnist(canvas_picture(mnist.x_test[0]))))
    assert _shown(bits["scratch"]) in said(app)
    app.button_group(key="drawings_number").set_value(None).run()
    assert "Your drawing, as the models see it." in said(app)
    app.button_group(key="drawings_number").set_value(1).run()
    draw(app, canvas_picture(mnist.x_test[2]), number=1)  # another drawing replaces it
    assert app.button_group(key="drawings_number").value is None
    assert "One of your earlier drawings" not in said(app)


def _shown(bits):
    return "less than 0.01 bits" if bits < 0.01 else f"{bits:.2f} bits"


def test_a_recalled_drawing_stays_until_another_picture_is_given(open_page, mnist):
    app = draw(open_page("draw"), canvas_picture(mnist.x_test[0]))
    now = to_mnist(canvas_picture(mnist.x_test[0]))
    app.session_state["kept_picture"] = (
        to_mnist(canvas_picture(mnist.x_test[1])),
        sha256(now.tobytes()).hexdigest(),
    )
    app.run()
    assert "One of your earlier drawings" in said(app)
    draw(app, canvas_picture(mnist.x_test[2]))
    assert "One of your earlier drawings" not in said(app)


def test_pixels_are_examined_only_when_opened(open_page, lab, shipped, mnist):
    app = open_page("draw", way="test", picture="0")
    assert "Teacher" not in chart_titles(app)
    app.session_state["drawing_open"] = True
    app.run()
    assert chart_titles(app)[-3:] == ["Teacher", "Distilled", "Scratch"]
    found = saliency(lab.runs[shipped.run_id].models(), mnist.test(1)[0][0])
    assert f"Green pixels speak for {found.digit}," in said(app)


def test_the_nearest_training_pictures_are_named(open_page, lab, shipped, mnist, monkeypatch):
    class Index:
        def nearest(self, image, count):
            return pd.DataFrame({"picture": [1, 2], "label": mnist.y_train[1:3], "distance": [1.25, 2.5]})

    monkeypatch.setattr(Run, "neighbours", lambda self: Index())
    app = open_page("draw", way="test", picture="0")
    app.session_state["drawing_open"], app.session_state["drawing"] = True, "nearest"
    app.run()
    assert not app.exception
    text = said(app)
    assert "most like training pictures of 0 and 4." in text
    assert "distance 2.5" in text
    assert f"No. {places(shipped.config)[2]:,}" in text


def test_earlier_readings_come_from_the_weights_of_that_time(open_page, lab, shipped, mnist):
    app = open_page("draw", way="test", picture="0")
    app.session_state["reading_open"] = True
    app.run()
    image = mnist.test(1)[0][0]
    weights = lab.runs[shipped.run_id].snapshots()["scratch"]["weights"]
    first = logits_over_time(lab.runs[shipped.run_id].models()["scratch"], weights, image)[0]
    figures = drawn_in_the_browser(app, "playback-draw")
    assert f"Scratch {first.argmax()} (" in figures["sentence"]["says"][0]
    assert figures["reading"]["logits"][0] == pytest.approx(first.tolist(), rel=1e-6)
    assert first == pytest.approx(
        lab.runs[shipped.run_id].snapshots()["scratch"]["logits"][0, 0].astype(float), abs=0.05
    )


def test_a_training_picture_is_its_own_neighbour_and_the_index_is_kept(lab, shipped, mnist, monkeypatch):
    monkeypatch.setattr("kd.lab.runs.NEIGHBOURS", 60)
    index = lab.runs[shipped.run_id].neighbours()
    seventh = places(shipped.config)[7]
    nearest = index.nearest(to_model_input(mnist.x_train[[seventh]])[0], 1).iloc[0]
    assert (nearest["picture"], nearest["label"]) == (7, mnist.y_train[seventh])
    assert nearest["distance"] == pytest.approx(0, abs=1e-3)
    assert [path.suffix for path in (lab.store.home / "neighbours").iterdir()] == [".npz"]
    assert lab.runs[shipped.run_id].neighbours() is index
