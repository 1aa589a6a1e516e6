"""How many changed test pictures a run's models get right: every fifth of them, changed as kd/pictures says.

The NumPy engine asks the stored networks: no worker is needed, and 2,000 pictures take a moment.
"""

from __future__ import annotations

from functools import cache, lru_cache, partial

import numpy as np

from kd.networks.numpy_model import NumpyModel
from kd.pictures.changes import CHANGES, changed
from kd.pictures.mnist import load_mnist, to_model_input
from kd.studies.measures.measure import Measure, MeasuredRun
from kd.text.translation import N_

# The first half of MNIST's test pictures is cleaner than the second: every fifth is of both.
EVERY = 5
_WORDS = {
    "plain": N_("plain"),
    "shifted": N_("shifted"),
    "turned": N_("turned"),
    "noisy": N_("noisy"),
    "thick": N_("thick"),
    "thin": N_("thin"),
    "inverted": N_("inverted"),
}


@cache
def _pictures(change: str) -> np.ndarray:
    """As models take them."""
    return to_model_input(changed(load_mnist().x_test[::EVERY], change))


# Several measures ask a model the same.
@lru_cache(maxsize=3 * len(CHANGES))
def _answers(model: NumpyModel, change: str) -> np.ndarray:
    return model.logits(_pictures(change)).argmax(axis=1)


def _right(model: str, change: str, run: MeasuredRun) -> float:
    return 100 * float(np.mean(_answers(run.models[model], change) == run.labels[::EVERY]))


def _gain(change: str, run: MeasuredRun) -> float:
    return _right("distilled", change, run) - _right("scratch", change, run)


MEASURES = {
    **{
        f"right_{change}": Measure(_WORDS[change], "percent", partial(_right, "distilled", change))
        for change in CHANGES
    },
    **{f"gain_{change}": Measure(_WORDS[change], "points", partial(_gain, change)) for change in CHANGES},
    **{
        f"scratch_right_{change}": Measure(_WORDS[change], "percent", partial(_right, "scratch", change))
        for change in CHANGES
    },
}
