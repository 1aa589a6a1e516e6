"""What the fields of a run are asked about each other: when one counts, and why another does not."""

from __future__ import annotations

from typing import Any

from kd.distillation.objectives import OBJECTIVES
from kd.text.translation import _

TRAIN_IMAGES = 60_000
TEST_IMAGES = 10_000
MOST_EPOCHS = 2_000
# Epochs that follow the training images are no more than this: 100 images take as many steps as 500 do.
MOST_THAT_FOLLOW = 160

SHIPPED_TEACHERS = ("strong", "notebook")
FRESH = "fresh"
CONVOLUTIONAL, DENSE, LINEAR = "convolutional", "dense", "linear"
DIGITS, SHUFFLED, NOISE, SMOOTH = "digits", "shuffled", "noise", "smooth"
DRAWN, FIRST = "drawn", "first"
MOST_SHIFT = 2
MOST_GENERATIONS = 20


def has_fresh_teacher(run: Any) -> bool:
    """Whether the teacher is trained for this run, and not one that is stored or comes with the project."""
    return run.teacher == FRESH


def has_teaching(run: Any) -> bool:
    """Whether the teacher's part of the loss has any weight."""
    return run.alpha < 1


def softens(run: Any) -> bool:
    """Whether T makes a difference."""
    return has_teaching(run) and OBJECTIVES[run.objective].uses_temperature


def scales(run: Any) -> bool:
    """Whether the factor T² makes a difference."""
    return softens(run) and OBJECTIVES[run.objective].uses_temperature_squared


def learns_from_teacher(run: Any) -> bool:
    """Whether the teacher's answers decide anything about the distilled student."""
    return has_teaching(run) and OBJECTIVES[run.objective].uses_teacher


def asks_about_unlabelled(run: Any) -> bool:
    """Whether there are images without labels, and what the teacher says of them makes a difference."""
    return run.labelled < run.train_size and learns_from_teacher(run)


def is_shifted_for_teacher(run: Any) -> bool:
    """Whether images are shifted, and a teacher might see them so."""
    return run.shift > 0 and learns_from_teacher(run)


def may_be_mistaken(run: Any) -> bool:
    """Whether the student learns soft targets, which all mistakes and permuted doubts are about."""
    return has_teaching(run) and run.objective == "soft_targets"


def leaves_some_out(run: Any) -> bool:
    """Whether anybody who is trained sees only some of the training images."""
    seen = [run.train_size, *([run.teacher_train_size] if has_fresh_teacher(run) else [])]
    return min(seen) < TRAIN_IMAGES


def has_nonsense(run: Any) -> bool:
    """Whether pictures that are no digits decide anything."""
    return run.unlabelled_pictures != DIGITS and asks_about_unlabelled(run)


def is_consistent(run: Any) -> bool:
    """Whether the teacher sees images shifted as its student does."""
    return is_shifted_for_teacher(run) and not run.fixed_teaching


def epochs_for(images: int, seen: int) -> int:
    """The epochs, at most MOST_THAT_FOLLOW, with which so many images come closest to `seen` pictures."""
    return min(max(round(seen / images), 1), MOST_THAT_FOLLOW)


def why_idle(name: str, run: Any) -> str:
    """Why a field of the objective makes no difference to a run, in a sentence."""
    if not has_teaching(run):
        return _("No effect at α = 1, where the teacher's part of the loss has no weight.")
    return _("No effect: “{objective}” does without it.", objective=_(OBJECTIVES[run.objective].label))
