"""What training costs, and how often it can therefore look at the test images and tell of its epochs.

Each kind of student has its costs (kd/networks/students/), measured on two cores of an AMD EPYC, of which a
student uses one and a teacher both. `kd.runs.estimates` tells from this how long a training will take. No
TensorFlow here.
"""

from kd.config import TEST_IMAGES, RunConfig, is_consistent
from kd.networks.architectures import student_architecture, teacher_architecture
from kd.networks.students import Costs

MOST_LOOKS = 12
# A chart of more epochs shows no more, and a record of them is long to read.
MOST_TOLD = 200
# A training of so many epochs also looks after this share of them: what does its end still change?
LONG, LATE = 100, 0.8


def training_seconds(costs: Costs, epochs: int, images: int, batch_size: int) -> float:
    """Returns the seconds of the steps alone."""
    steps = -(-images // batch_size)
    return epochs * (steps * costs.step + images * costs.image)


def epochs_of(config: RunConfig, name: str) -> int:
    """Returns how many epochs one of a run's models trains."""
    return config.own_teacher.teacher_epochs if name == "teacher" else config.epochs


def images_of(config: RunConfig, name: str) -> int:
    """Returns how many training images one of a run's models sees in an epoch, classes left out included."""
    if name != "teacher":
        return config.train_size
    return min(config.own_teacher.teacher_train_size, config.about_data.train)


def answers_of(config: RunConfig) -> int:
    """Returns how many pictures a run's teacher is asked about: its images, or all their shifts."""
    from kd.pictures.changes import variants

    return config.train_size * (len(variants(config.shift)) if is_consistent(config) else 1)


def costs_of(config: RunConfig, name: str) -> Costs:
    """Returns what training one of a run's models costs, with looks at the test images of its data set."""
    costs = (teacher_architecture(config) if name == "teacher" else student_architecture(config)).costs
    return costs._replace(look=costs.look * config.about_data.test / TEST_IMAGES)


def eval_epochs(config: RunConfig, name: str) -> tuple[int, ...]:
    """Returns the epochs after which a training looks at the test images: evenly spaced, with the last one.

    At most MOST_LOOKS, and together not longer than the training itself; the same for both students of a run.
    """
    epochs, costs = epochs_of(config, name), costs_of(config, name)
    affordable = training_seconds(costs, epochs, images_of(config, name), config.batch_size) / costs.look
    most = int(min(max(affordable, 1), MOST_LOOKS))
    apart = -(-epochs // most)
    return tuple(range(epochs, 0, -apart))[::-1]


def last_eval_epochs(config: RunConfig, name: str) -> tuple[int, ...]:
    """Returns the epochs after which a training looks at the test images if it is not followed."""
    epochs = epochs_of(config, name)
    if name == "teacher" or epochs < LONG:
        return (epochs,)
    return round(LATE * epochs), epochs


def reported_epochs(config: RunConfig, name: str) -> tuple[int, ...]:
    """Returns the epochs that a training tells of; of many, evenly spaced ones and those of its looks.

    Each event is of all epochs since the last one.
    """
    epochs = epochs_of(config, name)
    apart = -(-epochs // MOST_TOLD)
    told = range(epochs, 0, -apart)
    return tuple(sorted({*told, *eval_epochs(config, name), *last_eval_epochs(config, name)}))
