"""The fields of a run that only some experiments set."""

from __future__ import annotations

from dataclasses import dataclass

from kd.base.fields import field
from kd.config.conditions import (
    DIGITS,
    DRAWN,
    FIRST,
    MOST_GENERATIONS,
    MOST_SHIFT,
    NOISE,
    SHIPPED_TEACHERS,
    SHUFFLED,
    SMOOTH,
    asks_about_unlabelled,
    is_shifted_for_teacher,
    learns_from_teacher,
    leaves_some_out,
    may_be_mistaken,
    permutes,
)
from kd.distillation.mistakes import MISTAKES
from kd.text.translation import N_


@dataclass(frozen=True, kw_only=True)
class RarerFields:
    """What is at its default in nearly every run."""

    pictures: str = field(
        DRAWN,
        label=N_("Which training images"),
        help=N_(
            "Drawn: the seed draws them from all 60,000, so that another seed has other ones. First: always "
            "MNIST's first ones, as in the original notebook."
        ),
        choices=(DRAWN, FIRST),
        choice_labels={DRAWN: N_("Drawn by the seed"), FIRST: N_("The first ones")},
        rare=True,
        group="data",
        decides=("teacher", "distilled", "scratch"),
        counts=leaves_some_out,
        before=FIRST,
    )
    generation: int = field(
        0,
        label=N_("Generation"),
        help=N_(
            "Another generation has the same images and starts from other weights: it draws them, and the "
            "order of the images, with the seed plus a hundred times this number. For experiments alone."
        ),
        choices=tuple(range(MOST_GENERATIONS)),
        decides=("teacher", "distilled", "scratch"),
        hidden=True,
    )
    second_teacher: str = field(
        "",
        label=N_("Second teacher"),
        help=N_(
            "The distilled student learns from the mean of two teachers' logits, which is the geometric mean "
            "of their predictions (Hinton et al. 2015, section 1). For experiments alone."
        ),
        choices=("", *SHIPPED_TEACHERS),
        choice_labels={"": N_("none")},
        stored_model=True,
        group="teacher",
        decides=("distilled",),
        counts=learns_from_teacher,
        hidden=True,
    )
    unlabelled_pictures: str = field(
        DIGITS,
        label=N_("Pictures without labels"),
        help=N_(
            "What the images without labels show. Digits: what MNIST has. Shuffled pixels: the same digits, "
            "the pixels of each in an order of its own. Noise: each pixel is as grey as that pixel of some "
            "digit. Smooth noise: random curved lines. All there is to learn from them is what the teacher "
            "says of them."
        ),
        choices=(DIGITS, SHUFFLED, NOISE, SMOOTH),
        choice_labels={
            DIGITS: N_("Digits"),
            SHUFFLED: N_("Shuffled pixels"),
            NOISE: N_("Noise"),
            SMOOTH: N_("Smooth noise"),
        },
        rare=True,
        group="data",
        decides=("distilled",),
        counts=asks_about_unlabelled,
    )
    shift: int = field(
        0,
        label=N_("Shift in pixels"),
        unit=N_("pixels"),
        help=N_(
            "Each time a student sees an image, it is shifted at random by up to so many pixels, upwards or "
            "downwards and to a side. At 0 it always looks the same."
        ),
        choices=tuple(range(MOST_SHIFT + 1)),
        rare=True,
        group="data",
    )
    fixed_teaching: bool = field(
        False,
        label=N_("The teacher sees images unshifted"),
        help=N_(
            "On: the teacher's answer is for the image as it is in MNIST. Off: teacher and student see the "
            "same shifted image, as a consistent teacher does (Beyer et al. 2022, section 3)."
        ),
        rare=True,
        group="objective",
        decides=("distilled",),
        counts=is_shifted_for_teacher,
    )
    permuted_doubts: bool = field(
        False,
        label=N_("Permute the teacher's doubts"),
        help=N_(
            "The teacher keeps the probability of its own answer; those of the other nine digits change "
            "places at random, for each image in its own way: DKPP, Furlanello et al. 2018."
        ),
        rare=True,
        group="objective",
        decides=("distilled",),
        counts=permutes,
    )
    mistake: str = field(
        "",
        label=N_("Mistake"),
        help=N_("A mistake that people make with soft targets, made here on purpose. For experiments alone."),
        choices=("", *MISTAKES),
        choice_labels={"": N_("none"), **{code: mistake.label for code, mistake in MISTAKES.items()}},
        group="objective",
        decides=("distilled",),
        counts=may_be_mistaken,
        hidden=True,
    )
