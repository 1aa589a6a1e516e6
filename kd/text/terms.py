"""The terms of the field that pages explain, each in one sentence, where they first stand."""

import re

from kd.text.translation import N_, _

TERMS = {
    "seed": (
        N_("repeats (seeds)|repeat (seed)|repeats|seeds|repeat|seed"),
        N_("The same training with other luck: a seed, a number, draws images, order and first weights."),
    ),
    "interval": (
        N_("likely between|95 % interval|likely"),
        N_("A 95 % interval: of a hundred found this way, about 95 contain the true value."),
    ),
    "points": (
        N_("percentage points|percentage point|points"),
        N_("The difference between two percentages: from 80 % to 85 % is 5 percentage points."),
    ),
    "alpha": (
        N_("α"),
        N_("α, from 0 to 1, is the weight of the labels; the teacher's soft targets get the rest."),
    ),
    "temperature": (
        N_("T|temperature"),
        N_("T divides the logits before the softmax: the higher it is, the more second choices show."),
    ),
    "temperature_squared": (
        N_("T²"),
        N_("At a high T the teacher pulls about T² times more weakly; multiplying by T² makes up for it."),
    ),
    "soft_targets": (
        N_("soft targets|soft target"),
        N_("The teacher's probabilities for all classes, softened by T, to learn from."),
    ),
    "epoch": (N_("epochs|epoch"), N_("In one epoch, the student sees each of its training images once.")),
    "logit": (
        N_("logits|logit"),
        N_("A class's score, before the softmax makes probabilities of all scores."),
    ),
    "bit": (
        N_("bits of doubt|bits|bit"),
        N_("Doubt in bits: 0 if one class is certain, 3.3 if ten are equally likely."),
    ),
    "divergence": (
        N_("KL divergence"),
        N_("How far one model's probabilities are from another's: 0 bits if they are the same."),
    ),
    "bias": (
        N_("biases|bias"),
        N_("A number added to a class's score on every picture, so that it is the answer more often."),
    ),
    "mcnemar": (
        N_("McNemar"),
        N_("Of the pictures only one of two models gets right: would chance split them so unevenly?"),
    ),
    "holm": (
        N_("Holm|For all cells together"),
        N_("Among many comparisons some look good by luck, so each must be clearer."),
    ),
}
"""Name → the forms in which the term stands in sentences, the longest first, and what it means."""


def meaning(name: str) -> str:
    """Returns what a term means, in one sentence."""
    return _(TERMS[name][1])


def first_stands(name: str, sentence: str) -> tuple[int, int] | None:
    """Returns from where to where a term first stands in a sentence; None where it does not."""
    forms = "|".join(map(re.escape, _(TERMS[name][0]).split("|")))
    found = re.search(rf"(?<!\w)(?:{forms})(?!\w)", sentence)
    return found and found.span()
