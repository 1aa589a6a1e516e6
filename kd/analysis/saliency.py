"""Which pixels speak for an answer: gradients with respect to the picture, for all models on one scale."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kd.networks.numpy_model import NumpyModel


@dataclass(frozen=True, eq=False)
class Saliency:
    """What each pixel does to the evidence for one digit, in each model.

    The evidence for a digit is its logit minus the mean of the other logits, since the softmax ignores what
    all logits share. Without biases, the contributions would add up to the evidence itself.

    gradients: model → (28, 28): how the evidence changes with the pixel's brightness (Simonyan et al. 2014,
    section 3). contributions: model → (28, 28): gradient times pixel; positive pixels speak for the digit,
    negative ones against it (gradient × input: Shrikumar et al. 2016).
    """

    digit: int
    gradients: dict[str, np.ndarray]
    contributions: dict[str, np.ndarray]

    @property
    def limit(self) -> float:
        """Returns the largest contribution of any pixel in any model, to draw all of them on one scale."""
        return max(float(np.abs(values).max()) for values in self.contributions.values())


def saliency(models: Mapping[str, NumpyModel], image: np.ndarray, digit: int | None = None) -> Saliency:
    """Returns what each pixel of a picture (28, 28, 1) does to the evidence for a digit.

    Without a digit, it is the answer of the first model.
    """
    picture = np.asarray(image)
    first = next(iter(models.values()))
    if digit is None:
        digit = int(first.logits(picture[np.newaxis])[0].argmax())
    weights = np.full(first.classes, -1.0 / (first.classes - 1))
    weights[digit] = 1.0
    asked = picture[np.newaxis], weights[np.newaxis]
    gradients = {name: model.input_gradient(*asked)[0, ..., 0] for name, model in models.items()}
    contributions = {name: gradient * picture[..., 0] for name, gradient in gradients.items()}
    return Saliency(digit, gradients, contributions)
