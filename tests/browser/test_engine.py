"""The browser's own engine: it prepares a drawing and answers it as the server does."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from kd.config import RunConfig
from kd.lab import Lab
from kd.networks.numpy_layers import Conv2D, Dense, DepthwiseConv2D, Flatten, LeakyReLU, MaxPooling2D, NoTwin
from kd.networks.numpy_model import NumpyModel
from kd.networks.packed import packed
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import load_mnist
from tests.browser.test_canvas import DRAWN, NOTHING, SEVEN, kept, stroke
from tests.browser.test_pages import at_rest
from ui.pictures import canvas
from ui.shared.program import program

PEN = 22


def drawings() -> list[np.ndarray]:
    """What hands draw on the canvas, uint8 (280, 280): digits, strokes of any pen, and what is refused."""
    found = [np.kron(digit, np.ones((10, 10), np.uint8)) for digit in load_mnist().x_test[:40, :, :]]
    random = np.random.default_rng(8)
    for pen in (8, 15, 22, 22, 31, 40) * 6:
        picture = Image.new("L", (560, 560))
        points = random.uniform(60, 500, (random.integers(2, 6), 2))
        ImageDraw.Draw(picture).line([*map(tuple, points)], 255, 2 * pen, joint="curve")
        found.append(np.asarray(picture.reduce(2)))
    straight = np.zeros((280, 280), np.uint8)
    straight[40:240, 130:150] = 255  # its own mirror image: where its centre is, is a tie
    empty, dot, faint, covered, short = (np.zeros((280, 280), np.uint8) for _ in range(5))
    short[100:136, 100:108] = 255  # its strokes are too few pixels wide to be measured
    dot[100:122, 100:122] = 255
    faint[40:240, 130:150] = 20
    covered[:, :200] = 255
    return [*found, straight, straight.T, short, empty, dot, faint, covered]


def on_server(drawing: np.ndarray) -> np.ndarray | None:
    try:
        return None if canvas.is_a_dot(drawing, PEN) else to_mnist(drawing)
    except ValueError:
        return None


def test_a_drawing_is_prepared_as_on_the_server(asked):
    expected = list(map(on_server, drawings()))
    sent = [base64.b64encode(drawing.tobytes()).decode() for drawing in drawings()]
    found = asked(
        "a.map(text => prepared({ values: Float32Array.from(atob(text), letter => letter.charCodeAt(0)), "
        "width: 280, height: 280 }, b)).map(picture => picture && [...picture])",
        sent,
        PEN,
    )
    for own, known in zip(found[:-1], expected[:-1], strict=True):
        assert (own is None) == (known is None)
        if own is not None:
            np.testing.assert_allclose(np.reshape(own, (28, 28)), known, atol=1e-6)
    assert sum(known is not None for known in expected) > 70
    assert found[-1] is None  # more ink than paper at the border: only the server knows what to do


def layers(*kinds):
    """Layers with random weights: kinds with the shapes of their kernels, if they have one."""
    random = np.random.default_rng(9)
    made = []
    for kind, shape, options in kinds:
        biases = () if shape is None else (shape[2] if kind is DepthwiseConv2D else shape[-1],)
        arrays = () if shape is None else (random.normal(0, 0.2, shape), random.normal(0, 0.2, biases))
        made.append(kind(weights=tuple(map(np.float32, arrays)), **options))
    return NumpyModel((28, 28, 1), tuple(made))


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    models = Lab(tmp_path_factory.mktemp("home")).runs[RunConfig().run_id].models()
    first = [
        (Conv2D, (3, 3, 1, 4), {"strides": (2, 2)}),
        (LeakyReLU, None, {"negative_slope": 0.2}),
        (MaxPooling2D, None, {"strides": (1, 1)}),
    ]
    separable = [(DepthwiseConv2D, (3, 3, 4, 1), {"strides": (2, 2)}), (Conv2D, (1, 1, 4, 8), {})]
    flat = (Flatten, None, {})
    return {
        "teacher": models["teacher"],
        "student": models["distilled"],
        "separable": layers(*first, *separable, flat, (Dense, (392, 10), {})),
        "dense": layers(flat, (Dense, (784, 12), {}), first[1], (Dense, (12, 10), {})),
        "linear": layers(flat, (Dense, (784, 10), {})),
    }


@pytest.mark.parametrize("name", ["teacher", "student", "separable", "dense", "linear"])
def test_a_network_answers_as_its_layers_do_one_by_one(asked, networks, name):
    model = networks[name]
    pictures = load_mnist().test(20)[0]
    kernel, bias = model.weights()[-2:]
    expected = model.penultimate(pictures).astype(float) @ kernel.astype(float) + bias
    found = asked(
        "(layers => b.map(picture => logitsOf(layers, picture)))"
        "(unpacked(Uint8Array.from(atob(a), letter => letter.charCodeAt(0)).buffer))",
        base64.b64encode(packed(model)).decode(),
        pictures.reshape(20, -1).tolist(),
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_network_with_a_layer_that_the_browser_does_not_compute_is_refused():
    model = layers(
        (DepthwiseConv2D, (3, 3, 1, 1), {}),
        (LeakyReLU, None, {}),
        (Flatten, None, {}),
        (Dense, (784, 10), {}),
    )
    with pytest.raises(NoTwin, match="DepthwiseConv2D"):
        packed(model)


# Notes each change of the figures; and what the browser answers to the canvas as it is.
WATCH = """() => {
    window.seen = new Set();
    const figures = document.querySelector('.st-key-live-picture');
    const note = () => window.seen.add(figures.textContent);
    new MutationObserver(note).observe(figures, { subtree: true, childList: true });
}"""
ASK = """given => {
    %s;
    const picture = prepared(levelsOn('canvas_frame'), %d);
    if (!picture) return null; // the component is drawing it anew
    const answer = async ([model, address]) => [model, logitsOf(await networkAt(address), picture)];
    return Promise.all(Object.entries(given).map(answer)).then(Object.fromEntries);
}"""
THREE = [(0.2, 0.3), (0.7, 0.2), (0.4, 0.5), (0.75, 0.7), (0.25, 0.85)]


def views_in(frames: list[bytes]) -> dict[str, dict]:
    """The last view of each kind that the server has sent for the browser to draw."""
    found = {}
    for message in map(ForwardMsg.FromString, frames):
        component = message.delta.new_element.bidi_component
        if component.component_name == "kd_live":
            found |= {view["kind"]: view for view in json.loads(component.json)["views"]}
    return found


def test_answers_come_while_the_pen_moves_and_the_server_gives_the_same_when_it_is_lifted(page, site):
    sent: list[bytes] = []
    told: list[bytes] = []

    def listen(socket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))
        socket.on("framereceived", lambda frame: told.append(frame))

    page.on("websocket", listen)
    page.bring_to_front()  # the one that `asked` has opened draws no frames for this one
    page.goto(f"{site.url}/draw")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    page.wait_for_load_state("networkidle")
    networks = views_in(told)["seen"]["networks"]
    ask = ASK % (program().replace("export default", "const mount ="), PEN)
    for number, (look, points) in enumerate((("Answers", SEVEN), ("The pull on a student", THREE)), start=1):
        page.get_by_role("radio", name=look).click()
        at_rest(page)
        page.evaluate(WATCH)
        before = len(sent)
        stroke(page, points, steps=60 // len(points), lift=False)
        page.wait_for_function("window.seen.size >= 10")
        expect(page.get_by_text(DRAWN)).to_be_visible()
        assert len(sent) == before
        told.clear()
        page.mouse.up()
        expect(kept(page)).to_have_count(number)
        figures, own = views_in(told), page.wait_for_function(ask, arg=networks).json_value()
        if look == "Answers":
            server = {model["role"]: model["logits"] for model in figures["answers"]["models"]}
        else:
            server = {**figures["pulls"]["students"], "teacher": figures["pulls"]["teacher"]}
        for model, logits in own.items():
            np.testing.assert_allclose(logits, server[model], atol=1e-3)
        page.get_by_role("button", name="Clear").click()
        expect(page.get_by_text(NOTHING)).to_be_visible()
