"""What an interval over seeds covers: what is drawn anew, what is taken into account, and what is fixed."""

from __future__ import annotations

from typing import Any

from kd.text.translation import N_, _

_ALL_IMAGES = 60_000

_DRAWN = {
    True: N_(
        "Drawn anew with each seed: the training images, the initial weights, and the order of the images."
    ),
    False: N_("Drawn anew with each seed: the initial weights, and the order of the images."),
}
_DRAWN_TEACHER = {
    True: N_(
        "Drawn anew with each seed: the training images, the initial weights, the order of the images, and "
        "the teacher."
    ),
    False: N_("Drawn anew with each seed: the initial weights, the order of the images, and the teacher."),
}
_TAKEN_IN = N_("Taken into account: which pictures are in the test set.")
_FIXED = {
    (True, True): N_("Fixed: the included teacher, and MNIST."),
    (True, False): N_("Fixed: the training images, the included teacher, and MNIST."),
    (False, True): N_("Fixed: MNIST."),
    (False, False): N_("Fixed: the training images, and MNIST."),
}


def covers(config: Any) -> str:
    """What the interval over seeds of this setting covers, in three sentences. config: a RunConfig."""
    draws = draws_images(config)
    included = config.learns_from_teacher and config.teacher != "fresh"
    drawn = _DRAWN_TEACHER if config.learns_from_teacher and not included else _DRAWN
    return " ".join(map(_, (drawn[draws], _TAKEN_IN, _FIXED[included, draws])))


def draws_images(config: Any) -> bool:
    """Whether each seed has training images of its own."""
    return getattr(config, "pictures", "first") == "drawn" and config.train_size < _ALL_IMAGES
