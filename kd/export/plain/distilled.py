"""The cell of the distilled student: how its teacher is asked, and the loss that follows, right or wrong."""

from __future__ import annotations

from collections.abc import Callable

from kd.config import RunConfig, has_nonsense, has_teaching, is_consistent
from kd.export.plain.quoting import cited, lines, needed_by, parameters

# What a parameter of an objective's function is, in the loss of a batch. Others are the run's numbers.
_PARTS = {
    "teacher": "answers",
    "student": "logits",
    "labels": "true",
    "labelled": "known",
    "teacher_maps": "[tf.gather(each, places) for each in teacher_maps]",
    "student_maps": "maps",
}
# How the teacher is asked, once and for all.
_ANSWERS = {
    "teacher": "teacher_logits = teacher.predict(images, batch_size=500, verbose=0)",
    "teacher_maps": "_, *teacher_maps = with_attention(teacher).predict(images, batch_size=500, verbose=0)",
}
# Of the teacher's doubts.
_ORDERS = """\
nine = np.tile(np.arange(9), (len(images), 1))
orders = np.random.default_rng([SEED, 3_000_000]).permuted(nine, axis=1)"""
_PERMUTED = "teacher_logits = permuted(teacher_logits, orders).numpy()"
_OF_OTHERS = "teacher_logits = teacher_logits[np.random.default_rng([SEED, 0]).permutation(len(images))]"
# These are about the weights or the answers: the function is the right one.
_MISTAKEN_ELSEWHERE = ("alpha_reversed", "teacher_in_training", "cached_answers")


def distilled(config: RunConfig, start: str, train: Callable[[str], str]) -> list[str]:
    """The parts of the cell.

    Args:
        start: the line that makes the student.
        train: the call that trains the model of this name.
    """
    steps, helpers = [start], []
    attends = has_teaching(config) and config.objective_class.compares_attention
    if has_teaching(config):
        steps += _asked(config)
        function = function_of(config)
        helpers = [*needed_by(function), *(["with_attention"] if attends else []), function]
        helpers += ["permuted"] if _permutes(config) else []
        helpers += ["in_training"] if config.teacher_dropout else []
    return [
        *cited(*helpers),
        lines(*steps),
        _distilled_loss(config, attends),
        train("with_attention(distilled)" if attends else "distilled"),
    ]


def function_of(config: RunConfig) -> str:
    """Of plain_keras.py: the teacher's part of the loss, right or wrong."""
    wrong = config.makes_mistake and config.mistake not in _MISTAKEN_ELSEWHERE
    return config.mistake if wrong else config.objective


def _by_place(config: RunConfig) -> bool:
    return config.makes_mistake and config.objective_values().answers_by_place


def _permutes(config: RunConfig) -> bool:
    return config.permuted_doubts and config.counts("permuted_doubts")


def asks_in_another_order(config: RunConfig) -> bool:
    """Whether the run's teacher answered more than the student's pictures, and its answers depend on all."""
    more = is_consistent(config) or has_nonsense(config) or config.omitted_digits != ""
    return bool(config.teacher_dropout and more) or (_by_place(config) and is_consistent(config))


def _asked(config: RunConfig) -> list[str]:
    """How the teacher is asked before training, and what becomes of its answers."""
    wanted = [name for name in _ANSWERS if name in parameters(function_of(config))]
    steps = [] if is_consistent(config) else [_ANSWERS[name] for name in wanted]
    if config.teacher_dropout:
        steps = [f"teacher_logits = in_training(teacher, images, {config.teacher_dropout}, SEED)"]
    if _permutes(config):
        steps += [_ORDERS, *([] if is_consistent(config) else [_PERMUTED])]
    return [*steps, *([_OF_OTHERS] if _by_place(config) else [])]


def _answers(config: RunConfig) -> str:
    """What the teacher says of a batch."""
    if not is_consistent(config):
        places = 'batch["turns"]' if _by_place(config) else "places"
        return f"tf.gather(teacher_logits, {places})"
    said = 'teacher(batch["pictures"])'
    return f"permuted({said}, tf.gather(orders, places))" if _permutes(config) else said


def _distilled_loss(config: RunConfig, attends: bool) -> str:
    partly = config.counts("labelled")
    values = config.objective_values()
    from_both = f"{values.label_weight():.12g} * labels_part + {values.teacher_weight():.12g} * teacher_part"
    asks = has_teaching(config) and "teacher" in parameters(function_of(config))
    return lines(
        f"def distilled_loss({'outputs' if attends else 'logits'}, batch):",
        "    logits, *maps = outputs" if attends else None,
        '    places = batch["places"]',
        "    true = tf.gather(labels, places)",
        "    known = tf.gather(labelled, places)" if partly else None,
        f"    labels_part = ops.mean({'known * ' if partly else ''}cross_entropies(true, logits))",
        f"    answers = {_answers(config)}" if asks else None,
        f"    teacher_part = {_call(config)}" if has_teaching(config) else None,
        f"    return {from_both}" if has_teaching(config) else "    return labels_part",
    )


def _call(config: RunConfig) -> str:
    """The objective's function, called for a batch with this run's numbers."""
    values = config.objective_values()
    parts = _PARTS if config.counts("labelled") else {**_PARTS, "labelled": "1.0"}
    function = function_of(config)
    arguments = [parts.get(name) or f"{name}={getattr(values, name)}" for name in parameters(function)]
    return f"{function}({', '.join(arguments)})"
