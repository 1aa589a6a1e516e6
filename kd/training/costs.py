"""What training costs: seconds for a step, for an image in it, and for a look at the test images.

Each kind of student says it for its size (kd/networks/students/), measured on two cores of an AMD EPYC, of
which a student uses one and a teacher both. From this, a training decides how often it can look at the test
images, and `kd.runs.estimates` how long it will take. What is done once a step (folding the last convolution
and Adam's update) grows with the weights, what is done for each image with the first layer's products. No
TensorFlow here.
"""

from __future__ import annotations

from kd.config import RunConfig
from kd.networks.architectures import Architecture, student_architecture, teacher_architecture
from kd.networks.students import Costs

MOST_LOOKS = 12
# A chart of more epochs shows no more, and a record of them is long to read.
MOST_TOLD = 200
# A training of so many epochs also looks after this share of them: what does its end still change?
LONG, LATE = 100, 0.8


def network_costs(architecture: Architecture) -> Costs:
    """What its kind of student says that training it costs."""
    return architecture.costs


def training_seconds(costs: Costs, epochs: int, images: int, batch_size: int) -> float:
    """Seconds of the steps alone."""
    steps = -(-images // batch_size)
    return epochs * (steps * costs.step + images * costs.image)


def eval_epochs(config: RunConfig, name: str) -> tuple[int, ...]:
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


def last_eval_epochs(config: RunConfig, name: str) -> tuple[int, ...]:
    """The epochs after which a training looks at the test images that nobody wants to see the course of.

    Args:
        name: as for `eval_epochs`.
    """
    epochs = config.teacher_epochs if name == "teacher" else config.epochs
    if name == "teacher" or epochs < LONG:
        return (epochs,)
    return round(LATE * epochs), epochs


def reported_epochs(config: RunConfig, name: str) -> tuple[int, ...]:
    """The epochs that a training tells of, the last one included: all, if there are at most MOST_TOLD.

    Of more, evenly spaced ones, and those after which it looks at the test images. What it then says is of
    all epochs since it last said something.

    Args:
        name: as for `eval_epochs`.
    """
    epochs = config.teacher_epochs if name == "teacher" else config.epochs
    apart = -(-epochs // MOST_TOLD)
    return tuple(
        sorted({*range(epochs, 0, -apart), *eval_epochs(config, name), *last_eval_epochs(config, name)})
    )
