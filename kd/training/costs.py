"""What training costs: seconds for a step, for an image in it, and for a look at the test images.

Measured on two cores of an AMD EPYC; a student uses one of them, a teacher both. From these, a training
decides how often it can look at the test images, and `kd.runs.estimate` how long it will take. A network's
cost follows its size: what is done once a step (folding the last convolution and Adam's update) grows with
the weights, what is done for each image with the first layer's products. No TensorFlow here.
"""

from __future__ import annotations

from typing import NamedTuple

from kd.config import RunConfig
from kd.networks.architectures import CLASSES, Architecture, student_architecture, teacher_architecture
from kd.run_fields import CONVOLUTIONAL, DENSE

MOST_LOOKS = 12
# A chart of more epochs shows no more, and a record of them is long to read.
MOST_TOLD = 200
# A training of so many epochs also looks after this share of them: what does its end still change?
LONG, LATE = 100, 0.8


class Costs(NamedTuple):
    """Seconds per step, per image in it, and per look at the 10,000 test images."""

    step: float
    image: float
    look: float


def network_costs(architecture: Architecture) -> Costs:
    """Of a network like this."""
    kind, size = architecture
    if kind == CONVOLUTIONAL:
        # below a dozen filters, a convolution takes no less time
        step = 0.25e-3 + 0.21e-6 * size**2
        return Costs(step, image=1.37e-6 * max(size, 12), look=4.1e-3 * max(size, 16))
    units = size if kind == DENSE else CLASSES
    return Costs(
        step=0.05e-3 + 1.05e-6 * units, image=1.1e-6 + 0.016e-6 * units, look=14e-3 + 0.085e-3 * units
    )


def training_seconds(costs: Costs, epochs: int, images: int, batch_size: int) -> float:
    """Seconds of the steps alone."""
    steps = -(-images // batch_size)
    return epochs * (steps * costs.step + images * costs.image)


def looks(config: RunConfig, name: str) -> tuple[int, ...]:
    """The epochs after which a training looks at the test images: evenly spaced, the last one included.

    At most MOST_LOOKS, and together not longer than the training itself. Both students of a run look after
    the same epochs, so they can be compared, even if one learns from fewer images.

    Args:
        name: 'teacher', 'distilled' or 'scratch'.
    """
    if name == "teacher":
        architecture, epochs, images = (
            teacher_architecture(config),
            config.teacher_epochs,
            config.teacher_train_size,
        )
    else:
        architecture, epochs, images = student_architecture(config), config.epochs, config.train_size
    costs = network_costs(architecture)
    affordable = training_seconds(costs, epochs, images, config.batch_size) / costs.look
    most = int(min(max(affordable, 1), MOST_LOOKS))
    apart = -(-epochs // most)
    return tuple(range(epochs, 0, -apart))[::-1]


def last_looks(config: RunConfig, name: str) -> tuple[int, ...]:
    """The epochs after which a training looks at the test images that nobody wants to see the course of.

    Args:
        name: as for `looks`.
    """
    epochs = config.teacher_epochs if name == "teacher" else config.epochs
    if name == "teacher" or epochs < LONG:
        return (epochs,)
    return round(LATE * epochs), epochs


def told(config: RunConfig, name: str) -> tuple[int, ...]:
    """The epochs that a training tells of, the last one included: all, if there are at most MOST_TOLD.

    Of more, evenly spaced ones, and those after which it looks at the test images. What it then says is of
    all epochs since it last said something.

    Args:
        name: as for `looks`.
    """
    epochs = config.teacher_epochs if name == "teacher" else config.epochs
    apart = -(-epochs // MOST_TOLD)
    return tuple(sorted({*range(epochs, 0, -apart), *looks(config, name), *last_looks(config, name)}))
