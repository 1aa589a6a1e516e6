"""The objectives once more, differentiable, and as short as the papers write them. Nothing of kd.

Each takes a batch and returns the teacher's terms of its loss. These are for logits of a moderate size: the
numerics of extreme ones are compared elsewhere, in float64 (tests/distillation/formulas.py).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf


class Batch(NamedTuple):
    """labels: int (n,). labelled: float (n,), 1 where there is a label. logits: float (n, 10).

    maps: what each convolution says after its activation, (n, rows, columns, channels).
    """

    labels: Any
    labelled: Any
    logits: Any
    maps: list
    teacher_logits: Any
    teacher_maps: list


def divergence(p, q):
    """KL(p ‖ q) of each row."""
    return tf.reduce_sum(p * (tf.math.log(p) - tf.math.log(q)), axis=1)


def scale(run) -> float:
    return run.temperature**2 if run.temperature_squared else 1.0


def soft_targets(run, batch):
    """Hinton et al. 2015, section 2."""
    theirs, ours = (tf.nn.softmax(z / run.temperature) for z in (batch.teacher_logits, batch.logits))
    return {"distillation_loss": scale(run) * tf.reduce_mean(divergence(theirs, ours))}


def logit_matching(run, batch):
    """Ba and Caruana 2014, equation 1."""
    squares = (batch.logits - batch.teacher_logits) ** 2
    return {"distillation_loss": tf.reduce_mean(tf.reduce_sum(squares, axis=1)) / 2}


def decoupled(run, batch):
    """Zhao et al. 2022, equation 7: the right class against all others, and the others among themselves."""
    right = tf.one_hot(batch.labels, 10)
    binary, others = [], []
    for logits in (batch.teacher_logits, batch.logits):
        p = tf.nn.softmax(logits / run.temperature)
        p_right = tf.reduce_sum(p * right, axis=1, keepdims=True)
        wrong = tf.reshape(tf.boolean_mask(p, right == 0), (-1, 9))
        p_wrong = tf.reduce_sum(wrong, axis=1, keepdims=True)
        binary.append(tf.concat([p_right, p_wrong], axis=1))
        others.append(wrong / p_wrong)
    return {
        "target_loss": scale(run) * run.target_weight * tf.reduce_mean(batch.labelled * divergence(*binary)),
        "nontarget_loss": scale(run)
        * run.nontarget_weight
        * tf.reduce_mean(batch.labelled * divergence(*others)),
    }


def relations(run, batch):
    """Huang et al. 2022, equations 7 to 9: correlations of rows, and of columns."""
    theirs, ours = (tf.nn.softmax(z / run.temperature) for z in (batch.teacher_logits, batch.logits))

    def distance(x, y):
        x, y = (v - tf.reduce_mean(v, axis=1, keepdims=True) for v in (x, y))
        correlations = tf.reduce_sum(x * y, axis=1) / (tf.norm(x, axis=1) * tf.norm(y, axis=1) + 1e-8)
        return 1 - tf.reduce_mean(correlations)

    return {
        "inter_loss": scale(run) * run.inter_weight * distance(ours, theirs),
        "intra_loss": scale(run) * run.intra_weight * distance(tf.transpose(ours), tf.transpose(theirs)),
    }


def standardized(run, batch):
    """Sun et al. 2024, algorithm 1, with their code's deviation, which divides by classes − 1."""

    def z_scores(logits):
        centred = logits - tf.reduce_mean(logits, axis=1, keepdims=True)
        deviation = tf.sqrt(tf.reduce_sum(centred**2, axis=1, keepdims=True) / 9)
        return centred / (1e-7 + deviation)

    return soft_targets(
        run,
        batch._replace(logits=z_scores(batch.logits), teacher_logits=z_scores(batch.teacher_logits)),
    )


def virtual_teacher(run, batch):
    """Yuan et al. 2020, section 4, as their code has it: T softens the made-up teacher alone."""
    sure = run.virtual_confidence
    made_up = tf.one_hot(batch.labels, 10, on_value=sure, off_value=(1 - sure) / 9)
    losses = divergence(tf.nn.softmax(made_up / run.temperature), tf.nn.softmax(batch.logits))
    return {"distillation_loss": tf.reduce_mean(batch.labelled * losses)}


def attention(run, batch):
    """Zagoruyko and Komodakis 2017, section 3.1, as their code has it: squared differences of maps."""

    def length_1(values):
        rows = tf.reshape(tf.reduce_mean(values**2, axis=3), (len(values), -1))
        return rows / tf.norm(rows, axis=1, keepdims=True)

    first, second = (
        run.attention_weight * tf.reduce_mean((length_1(ours) - length_1(theirs)) ** 2)
        for ours, theirs in zip(batch.maps, batch.teacher_maps, strict=True)
    )
    return {"first_attention_loss": first, "second_attention_loss": second}


TERMS = {
    objective.__name__: objective
    for objective in (
        soft_targets,
        logit_matching,
        decoupled,
        relations,
        standardized,
        virtual_teacher,
        attention,
    )
}


def teacher_weight(run) -> float:
    """1 − α, or the 9 of Sun et al.'s command line."""
    published = run.objective == "standardized" and run.published_weight
    return 9.0 if published else 1.0 - run.alpha
