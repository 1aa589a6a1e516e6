"""The terms of the field that pages explain, each in one sentence, where they first stand."""

from __future__ import annotations

import re

from kd.text.translation import N_, _

TERMS = {
    "seed": (
        N_("repeats (seeds)|repeat (seed)|repeats|seeds|repeat|seed"),
        N_(
            "A repeat trains everything again with other luck: its seed, a number, decides which training "
            "images are drawn, their order and the first weights."
        ),
    ),
    "interval": (
        N_("likely between|95 % interval|likely"),
        N_("A 95 % interval: of a hundred intervals found this way, about 95 contain the true value."),
    ),
    "points": (
        N_("percentage points|percentage point|points"),
        N_("The difference between two percentages: from 80 % to 85 % is 5 percentage points."),
    ),
    "alpha": (
        N_("α"),
        N_(
            "α, from 0 to 1, is the weight of the labels in what the student learns from; the teacher's "
            "soft targets get the rest."
        ),
    ),
    "temperature": (
        N_("T|temperature"),
        N_(
            "The temperature T divides the logits before the softmax: the higher T, the more evenly the "
            "probabilities are spread over the ten digits."
        ),
    ),
    "temperature_squared": (
        N_("T²"),
        N_(
            "At a high T, the teacher's pull on the student is about T² times weaker; multiplying by T² "
            "makes up for that."
        ),
    ),
    "soft_targets": (
        N_("soft targets|soft target"),
        N_("The teacher's probabilities for all ten digits, softened by T, for the student to learn from."),
    ),
    "epoch": (N_("epochs|epoch"), N_("In one epoch, the student sees each of its training images once.")),
    "logit": (
        N_("logits|logit"),
        N_("A logit is a network's score for one digit, before the softmax turns scores into probabilities."),
    ),
    "bit": (
        N_("bits of doubt|bits|bit"),
        N_(
            "Entropy in bits says how undecided a model is: 0 if sure of one digit, 3.3 if all ten are alike."
        ),
    ),
    "divergence": (
        N_("KL divergence"),
        N_(
            "The Kullback–Leibler divergence says how far one model's probabilities are from another's: 0 "
            "bits if they are the same."
        ),
    ),
    "bias": (
        N_("biases|bias"),
        N_(
            "A bias is a number added to a digit's score whatever the picture: the higher it is, the more "
            "often that digit is the answer."
        ),
    ),
    "mcnemar": (
        N_("McNemar"),
        N_(
            "McNemar's test looks at the pictures that only one of two models gets right, and asks whether "
            "mere chance would split them so unevenly."
        ),
    ),
    "holm": (
        N_("Holm"),
        N_(
            "Among many comparisons, some look good by luck; Holm's correction asks for stronger evidence "
            "the more of them there are."
        ),
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
