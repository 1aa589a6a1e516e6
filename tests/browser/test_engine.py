"""The browser's own engine: it prepares a drawing and answers it as the server does."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from PIL import Image, ImageDraw

from kd.config import RunConfig
from kd.lab import Lab
from kd.networks.numpy_layers import Conv2D, Dense, DepthwiseConv2D, Flatten, LeakyReLU, MaxPooling2D, NoTwin
from kd.networks.numpy_model import NumpyModel
from kd.networks.packed import packed
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import load_mnist
from ui.pictures import canvas

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
    empty, dot, faint, covered = (np.zeros((280, 280), np.uint8) for _ in range(4))
    dot[100:122, 100:122] = 255
    faint[40:240, 130:150] = 20
    covered[:, :200] = 255
    return [*found, straight, straight.T, empty, dot, faint, covered]


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
