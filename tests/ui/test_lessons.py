"""What the pages suggest trying works, on the included run."""

import numpy as np
import pytest

from data.pen_digits import draw
from kd.analysis.saliency import saliency
from kd.analysis.softening import most_ambiguous
from kd.config import RunConfig
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import load_mnist

RUN = RunConfig().run_id


@pytest.fixture(scope="module")
def models(lab):
    return lab.runs[RUN].models()


def seen(strokes) -> np.ndarray:
    """What the models see when these strokes are drawn on the canvas: (1, 28, 28, 1)."""
    return to_mnist(draw(strokes))[None, :, :, None]


@pytest.mark.parametrize("foot", [0.5, 0.4, 0.35])
def test_a_growing_flag_makes_a_one_a_seven(models, foot):
    def answers(flag):
        picture = seen([[[0.5 - flag, 0], [0.5, 0], [foot, 1]]])
        return {int(model.logits(picture)[0].argmax()) for model in models.values()}

    assert [answers(flag) for flag in (0, 0.05, 0.1)] == [{1}] * 3
    assert [answers(flag) for flag in (0.4, 0.45, 0.5)] == [{7}] * 3


def test_a_few_pixels_tell_two_digits_apart(lab, models):
    logits, mnist = lab.runs[RUN].test_logits()["teacher"], load_mnist()
    flipped = 0
    for number in most_ambiguous(mnist.y_test, logits, 100)["picture"]:
        picture = mnist.x_test[number].astype(np.float32)[:, :, None] / 255
        second, first = np.argsort(logits[number])[-2:]
        for_first, for_second = (
            saliency({"teacher": models["teacher"]}, picture, int(digit)).contributions["teacher"]
            for digit in (first, second)
        )
        telling = np.where((for_first > 0) & (for_second < 0), for_first - for_second, 0)
        without = picture.reshape(-1).copy()
        without[np.argsort(telling.ravel())[-15:]] = 0
        flipped += models["teacher"].logits(without.reshape(1, 28, 28, 1))[0].argmax() != first
    assert flipped >= 90


def test_a_drawing_that_is_no_digit_gets_the_label_of_its_neighbours(lab, models):
    index = lab.runs[RUN].neighbours()
    turn = 2 * np.pi * np.arange(0, 11, 2) / 5
    star = [np.stack([0.5 + 0.5 * np.sin(turn), 0.5 - 0.5 * np.cos(turn)], axis=1).tolist()]
    circle = 2 * np.pi * np.arange(41) / 40
    face = [
        np.stack([0.5 + 0.5 * np.sin(circle), 0.5 - 0.5 * np.cos(circle)], axis=1).tolist(),
        [[0.35, 0.35], [0.36, 0.36]],
        [[0.65, 0.35], [0.66, 0.36]],
        [[0.3, 0.65], [0.5, 0.75], [0.7, 0.65]],
    ]
    for strokes in (star, face):
        picture = seen(strokes)
        answer = models["teacher"].logits(picture)[0].argmax()
        assert answer in index.nearest(picture[0], 6)["label"].to_numpy()
