"""Which pixels speak for an answer: gradients with respect to the picture, for all models on one scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kd.networks.numpy_model import NumpyModel
from kd.text.words import quoted


@dataclass(frozen=True, eq=False)
class Saliency:
    """What each pixel does to the evidence for one digit, in each model.

    The evidence for a digit is its logit minus the mean of the other logits, since the softmax ignores what
    all logits share. Without biases, the contributions would add up to the evidence itself.

    Attributes:
        digit: the digit that the pixels speak for or against.
        gradients: model → (28, 28): how the evidence changes with the pixel's brightness (Simonyan et al.
            2014, section 3).
        contributions: model → (28, 28): gradient times pixel; positive pixels speak for the digit, negative
            ones against it (gradient × input: Shrikumar et al. 2016).
    """

    digit: int
    gradients: dict[str, np.ndarray]
    contributions: dict[str, np.ndarray]

    @property
    def limit(self) -> float:
        """The largest contribution of any pixel in any model, to draw all of them on one scale."""
        return max(float(np.abs(values).max()) for values in self.contributions.values())

    def table(self) -> pd.DataFrame:
        """One row for each pixel and model: model, row, column, gradient, contribution."""
        parts = []
        for model, gradient in self.gradients.items():
            places = np.indices(gradient.shape)
            values = {
                "row": places[0],
                "column": places[1],
                "gradient": gradient,
                "contribution": self.contributions[model],
            }
            parts.append(pd.DataFrame({"model": model, **{k: v.ravel() for k, v in values.items()}}))
        return pd.concat(parts, ignore_index=True)


def saliency(models: Mapping[str, NumpyModel], image: np.ndarray, digit: int | None = None) -> Saliency:
    """What each pixel of a drawing does to the evidence for a digit.

    Args:
        models: name → model; the first one's answer is used if no digit is given.
        image: (28, 28, 1), float in [0, 1].
        digit: 0 to 9.

    Raises:
        ValueError: when there is no model, or the digit or the picture is not valid.
    """
    if not models:
        raise ValueError("saliency needs at least one model.")
    picture = np.asarray(image)
    first = next(iter(models.values()))
    if digit is None:
        digit = int(first.logits(picture[np.newaxis])[0].argmax())
    if isinstance(digit, bool) or digit not in range(first.classes):
        raise ValueError(
            f"digit must be a whole number between 0 and {first.classes - 1}, got {quoted(digit)}."
        )
    weights = np.full(first.classes, -1.0 / (first.classes - 1))
    weights[digit] = 1.0
    asked = picture[np.newaxis], weights[np.newaxis]
    gradients = {name: model.input_gradient(*asked)[0, ..., 0] for name, model in models.items()}
    contributions = {name: gradient * picture[..., 0] for name, gradient in gradients.items()}
    return Saliency(int(digit), gradients, contributions)
