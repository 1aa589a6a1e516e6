"""Every objective's formula once more, as its paper or its authors' code has it, in NumPy and float64.

Each takes labels (n,), the student's outputs, the teacher's, which pictures have labels (n,) of 0 and 1, T,
the factor s and the objective's own fields, and returns the terms. The student's may be complex, for the
derivative: of an analytic f, f'(x) is the imaginary part of f(x + ih) / h, to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

FORMULAS: dict[str, Callable] = {}


def formula(function: Callable) -> Callable:
    """Marks the formula of the objective of this name."""
    FORMULAS[function.__name__] = function
    return function


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.real.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """KL(p ‖ q) of two distributions; where p is 0, nothing."""
    where = p != 0
    return (p[where] * (np.log(p[where]) - np.log(q[where]))).sum()


@formula
def soft_targets(labels, student, teacher, labelled, t, s):
    rows = zip(softmax(teacher / t), softmax(student / t), strict=True)
    return {"distillation_loss": s * sum(divergence(p, q) for p, q in rows) / len(labels)}


@formula
def logit_matching(labels, student, teacher, labelled, t, s):
    return {
        "distillation_loss": sum(((x - y) ** 2).sum() for x, y in zip(student, teacher, strict=True))
        / 2
        / len(labels)
    }


@formula
def decoupled(labels, student, teacher, labelled, t, s, target_weight, nontarget_weight):
    target = nontarget = 0.0
    rows = zip(softmax(teacher / t), softmax(student / t), labels, labelled, strict=True)
    for p, q, label, counts in rows:
        if counts:
            others = np.arange(len(p)) != label
            right = (np.array([d[label], d[others].sum()]) for d in (p, q))
            wrong = (d[others] / d[others].sum() for d in (p, q))
            target += divergence(*right)
            nontarget += divergence(*wrong)
    return {
        "target_loss": s * target_weight * target / len(labels),
        "nontarget_loss": s * nontarget_weight * nontarget / len(labels),
    }


def correlation(x: np.ndarray, y: np.ndarray) -> complex:
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / (np.sqrt((x * x).sum()) * np.sqrt((y * y).sum()) + 1e-8)


@formula
def relations(labels, student, teacher, labelled, t, s, inter_weight, intra_weight):
    p, q = softmax(teacher / t), softmax(student / t)
    pictures = [correlation(x, y) for x, y in zip(q, p, strict=True)]
    classes = [correlation(x, y) for x, y in zip(q.T, p.T, strict=True)]
    return {
        "inter_loss": s * inter_weight * (1 - sum(pictures) / len(pictures)),
        "intra_loss": s * intra_weight * (1 - sum(classes) / len(classes)),
    }


@formula
def standardized(labels, student, teacher, labelled, t, s, published_weight):
    def z_scores(rows):
        return np.array(
            [(x - x.mean()) / (1e-7 + np.sqrt(((x - x.mean()) ** 2).sum() / (len(x) - 1))) for x in rows]
        )

    return soft_targets(labels, z_scores(student), z_scores(teacher), labelled, t, s)


@formula
def virtual_teacher(labels, student, teacher, labelled, t, s, virtual_confidence):
    loss = 0.0
    for q, label, counts in zip(softmax(student), labels, labelled, strict=True):
        made_up = np.full((1, len(q)), (1 - virtual_confidence) / (len(q) - 1))
        made_up[0, label] = virtual_confidence
        loss += counts * divergence(softmax(made_up / t)[0], q)
    return {"distillation_loss": loss / len(labels)}


@formula
def attention(labels, student, teacher, labelled, t, s, attention_weight):
    first, second = (
        sum((x[part] - y[part]) @ (x[part] - y[part]) for x, y in zip(student, teacher, strict=True))
        / (len(student) * len(student[0][part]))
        for part in (slice(0, 196), slice(196, 245))
    )
    return {
        "first_attention_loss": attention_weight * first,
        "second_attention_loss": attention_weight * second,
    }


def gradient(function: Callable[[np.ndarray], complex], at: np.ndarray) -> np.ndarray:
    """The derivative of an analytic formula by every element of `at`, by the complex step."""
    step, result = 1e-100, np.empty(at.shape)
    for place in np.ndindex(at.shape):
        moved = at.astype(complex)
        moved[place] += 1j * step
        result[place] = function(moved).imag / step
    return result
