"""Saliency, compared with finite differences and with the evidence that it divides among the pixels."""

import numpy as np
import pytest

from kd.analysis.saliency import saliency
from kd.base.places import DATA
from kd.networks.numpy_model import NumpyModel


@pytest.fixture(scope="module")
def models():
    """Three shipped students."""
    files = sorted((DATA / "models").glob("*/model.keras"))[:3]
    return dict(zip(("teacher", "distilled", "scratch"), map(NumpyModel.load, files), strict=True))


@pytest.fixture(scope="module")
def image(mnist):
    return mnist.test(3)[0][2]


def _evidence(model, image, digit):
    logits = model.logits(image[None])[0].astype(np.float64)
    return logits[digit] - np.delete(logits, digit).mean()


def test_without_biases_contributions_add_up_to_the_evidence(models, image):
    # A bias-free network of these layers is homogeneous.
    models = {
        name: model.with_flat_weights(
            np.concatenate([weight.ravel() * (weight.ndim > 1) for weight in model.weights()])
        )
        for name, model in models.items()
    }
    shown = saliency(models, image, 7)
    for name, model in models.items():
        assert shown.contributions[name].shape == (28, 28)
        assert shown.contributions[name].sum() == pytest.approx(_evidence(model, image, 7), rel=1e-3)


def test_gradients_are_finite_differences(models):
    # In noise, no two pixels are equal, so so small a difference is hardly ever taken across a kink.
    random = np.random.default_rng(0)
    noise, direction = random.uniform(size=(28, 28, 1)), random.normal(size=(28, 28, 1))
    for name, model in models.items():
        ahead, behind = noise + 1e-4 * direction, noise - 1e-4 * direction
        slope = (_evidence(model, ahead, 3) - _evidence(model, behind, 3)) / 2e-4
        expected = (saliency(models, noise, 3).gradients[name] * direction[..., 0]).sum()
        assert expected == pytest.approx(slope, rel=0.02, abs=0.05)


def test_one_scale_for_all(models, image):
    shown = saliency(models, image)
    assert shown.digit == models["teacher"].logits(image[None])[0].argmax()
    assert shown.limit == max(np.abs(values).max() for values in shown.contributions.values())
    assert (shown.contributions["distilled"][0] == 0).all(), "ink alone contributes"
