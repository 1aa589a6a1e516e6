"""What the browser draws: each function returns the data of one figure, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from kd.analysis.logits import entropy_bits
from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE, temperature_grid
from kd.base.data_sets import ABOUT_MNIST
from kd.charts.parts import AGAINST, CELL_COLORS, FOR, ROLES, TEMPERATURE_TICKS
from kd.text.answers import PULL_SAYS, SOFT_TARGET_SAYS, VOICES_SAYS, answers_says
from kd.text.translation import N_, _, numeral, pgettext
from kd.text.words import MODELS, NAMES, called

View = dict[str, Any]

DIGITS = ABOUT_MNIST.classes

_VOICES = {
    "labels": N_("what a person wrote"),
    "teacher": N_("the large network"),
    "distilled": N_("taught by the teacher"),
    "scratch": N_("taught by labels alone"),
}
_ALONG_T = {
    "along": N_("{name}: {value} at T = {here}; from {low} at T = {lowest} to {high} at T = {highest}."),
    "level": N_("{name}: {value} at every T."),
}
"""What is said of a curve to readers who do not see it."""

_CONFUSION_SAYS = {
    "cell": N_("{true} read as {answer}: {share} ({count})."),
    "pair": N_("{true} as {answer} ({count})"),
    "most": N_("Confused most often: {pairs}."),
    "hint": N_("Touch a cell to read it."),
    "none": N_("Nothing is confused."),
}
"""What is said below a matrix of so many classes that its cells have no numbers."""


def soft_target_sentence(teacher: np.ndarray, label: int | None, classes: Sequence[str] = DIGITS) -> View:
    """Says what the teacher says at T. teacher: its logits, (classes,). label: if it is known."""
    says = {"says": _in_words(SOFT_TARGET_SAYS), "called": _called(classes)}
    return {"kind": "sentence", "of": "softTarget", "logits": numbers(teacher), "label": label, **says}


def soft_targets(logits: Mapping[str, np.ndarray], classes: Sequence[str] = DIGITS) -> View:
    """Shows the teacher's soft targets as bars, and the students' as marks. logits: model → (classes,)."""
    return {
        "kind": "softTargets",
        "title": _("Soft targets at temperature T, in percent"),
        "models": _models(logits),
        **_columns(classes),
    }


def entropies(logits: Mapping[str, np.ndarray]) -> View:
    """Shows how unsure each model is, against T. logits: model → (classes,)."""
    classes = len(next(iter(logits.values())))
    most = float(entropy_bits(np.full(classes, 1 / classes)))
    return {
        "kind": "entropies",
        "title": _("Entropy against T, in bits"),
        "note": _("0 bits: certain. {most} bits: all equally likely.", most=numeral(most, ".2f")),
        "models": _models(logits),
        "says": _in_words(_ALONG_T),
        "x": _temperature_axis(),
        "y": {"scale": "linear", "from": 0, "to": 1.02 * most, "ticks": _ticks(range(int(most) + 1))},
        "grid": _grid(),
    }


def answers(
    logits: Mapping[str, np.ndarray], label: int | None = None, classes: Sequence[str] = DIGITS
) -> View:
    """Shows each model's answer and probabilities at T; with the label, whether it is right."""
    says = {"right": pgettext("answer", "right"), "wrong": pgettext("answer", "wrong")}
    return {**soft_targets(logits, classes), "kind": "answers", "label": label, "says": says}


def seen(
    picture: np.ndarray,
    networks: Mapping[str, str],
    canvas: str | None = None,
    drawing: str = "",
    pen: int = 0,
) -> View:
    """Shows a picture (28, 28) as the models see it, and has the browser answer it for all other figures.

    networks: model → address of its file (kd/networks/packed.py); where one cannot be had, the figures keep
    the logits that they came with. canvas: the key of the container with a canvas to follow while its pen
    moves. drawing: what that drawing is called; another one begins with the picture. pen: its width.
    """
    title = _("The 28 by 28 pixels that the models see")
    shown = {"picture": numbers(picture.ravel()), "networks": dict(networks)}
    return {"kind": "seen", "title": title, **shown, "canvas": canvas, "drawing": drawing, "pen": pen}


def opinions(logits: Mapping[str, np.ndarray], origin: str, classes: Sequence[str] = DIGITS) -> View:
    """Says which picture it is; with logits by model, (classes,), also what they say, and how far apart."""
    says = {"origin": origin, "byPen": _("Your drawing, as the models see it."), "says": answers_says()}
    says["called"] = _called(classes)
    return {"kind": "opinions", "models": _models(logits), **says}


def voices(logits: Mapping[str, np.ndarray], label: int) -> View:
    """Shows the label beside the models' answers at T, and where each of them has its answer from."""
    models = [{**each, "note": _(_VOICES[each["role"]])} for each in _models(logits)]
    truth = {"role": "labels", "name": _("Label"), "note": _(_VOICES["labels"])}
    truth["shares"] = np.eye(len(DIGITS))[label].tolist()
    return {**answers(logits, label), "kind": "voices", "models": [truth, *models]}


def voices_sentence(logits: Mapping[str, np.ndarray]) -> View:
    """Says what stands out in `voices` at T. logits: model → (10,)."""
    voices = {model: numbers(logits[model]) for model in MODELS}
    says = {"says": _in_words(VOICES_SAYS), "called": _called(DIGITS)}
    return {"kind": "sentence", "of": "voices", "logits": voices, **says}


def pull_sentence(pull: View) -> View:
    """Says whether label or teacher pulls harder. pull: of `pulls`."""
    told = {name: pull[name] for name in ("label", "teacher", "students")}
    says = {"says": _in_words(PULL_SAYS), "called": _called(pull["classes"])}
    return {"kind": "sentence", "of": "pull", **says, **told}


def pulls(
    label: int | None,
    teacher: np.ndarray,
    students: Mapping[str, np.ndarray],
    classes: Sequence[str] = DIGITS,
) -> View:
    """Shows the pull on each logit of a student. teacher: (classes,). students: code → (classes,).

    label: if it is known; else the control "meant" says it, or it is the teacher's answer.
    """
    return {
        "kind": "pulls",
        "title": _("The pull on each logit"),
        "parts": _named({"labels": _("Labels"), "teacher": _(NAMES["teacher"]), "total": _("Both")}),
        "label": label,
        "teacher": numbers(teacher),
        "students": {name: numbers(logits) for name, logits in students.items()},
        "grid": _grid(),
        **_columns(classes),
    }


def strengths(pull: View) -> View:
    """Shows how strongly label and teacher pull, against T, with T² and without. pull: of `pulls`."""
    without = {"role": "teacher", "name": _("Teacher without T²"), "line": "teacher_without_t2"}
    return {
        **pull,
        "kind": "strengths",
        "title": _("Strength of the pull against T"),
        "note": _("Both axes are logarithmic."),
        "models": [*pull["parts"][:2], without],
        "says": _in_words(_ALONG_T),
        "x": _temperature_axis(),
        "y": {"scale": "log", "from": 1e-5, "to": 100, "ticks": _ticks((1e-4, 1e-2, 1, 100))},
    }


def scale(title: str, ends: tuple[float, float], rows: Sequence[View]) -> View:
    """Shows shares on one scale, each with several seeds, and a guess. rows: of `on_scale`."""
    axis = {"from": ends[0], "to": ends[1], "ticks": np.linspace(*ends, 6).round(4).tolist()}
    return {"kind": "scale", "title": title, **axis, "control": "guess", "rows": list(rows)}


def on_scale(model: str, note: str, seeds: Sequence[float] = ()) -> View:
    """Returns a row of `scale`: a student's shares by seed, none while they are not to be known."""
    return {"role": model, "name": _(NAMES[model]), "note": note, "seeds": list(seeds), "unknown": "?"}


def guess_on_scale(note: str) -> View:
    """Returns a row of `scale`: what the control `hundredths` says."""
    return {"role": "guess", "name": _("Your guess"), "note": note, "guess": True}


def point_sentence(says: Sequence[str]) -> View:
    """Says a sentence for each point in time."""
    return {"kind": "sentence", "of": "point", "says": list(says)}


def course(
    title: str, values: Mapping[str, Sequence[float]], points: Sequence[str], start: float, measure: str = ""
) -> View:
    """Shows shares over time, a line for each student, on an axis from start to 1.

    values: student → (k,). points: the k labels of the axis. measure: of the shares, in the saved table.
    """
    epochs = [list(each) for each in enumerate(points)]
    shares = [[float(each), f"{numeral(100 * each, '.4g')}\u00a0%"] for each in np.linspace(start, 1, 5)]
    return {
        "kind": "course",
        "title": title,
        "measure": measure,
        "models": [{**each, "ys": list(values[each["role"]])} for each in _named(_names(values))],
        "says": {"along": _("{name}: from {low} at epoch {lowest} to {high} at epoch {highest}.")},
        "x": {"scale": "linear", "from": 0, "to": len(points) - 1, "ticks": epochs, "title": _("Epoch")},
        "y": {"scale": "linear", "from": start, "to": 1, "ticks": shares},
    }


def moved_over(title: str, x_title: str, lines: Sequence[View], points: Sequence[str], start: float) -> View:
    """Shows shares as in `course` while something else than time moves on. lines: of `moved_line`."""
    view = course(title, {}, points, start)
    says = {"along": _("{name}: from {low} at {lowest} to {high} at {highest}.")}
    return {**view, "models": list(lines), "says": says, "x": {**view["x"], "title": x_title}}


def moved_line(name: str, values: Sequence[float], dotted: bool) -> View:
    """Returns a line of `moved_over`, in the colour of a distilled student."""
    look = {"line": "labels"} if dotted else {}
    return {"role": "distilled", "name": name, "ys": list(values), **look}


def confusion(model: str, title: str, note: str, counts: np.ndarray, classes: Sequence[str] = DIGITS) -> View:
    """Shows a confusion matrix at each point in time. counts: (k, classes, classes), by true and answer."""
    colours = [CELL_COLORS[theme][ROLES.index(model)] for theme in ("light", "dark")]
    shown = {"title": title, "note": note, "colours": colours, "counts": counts.tolist()}
    says = {"classes": list(classes), "called": _called(classes), "says": _in_words(_CONFUSION_SAYS)}
    return {"kind": "confusion", "role": model, **shown, **says}


def reading(
    model: str,
    title: str,
    words: str,
    logits: np.ndarray,
    points: Sequence[str],
    classes: Sequence[str] = DIGITS,
) -> View:
    """Shows how a student read a picture at k points. words: its alternative. logits: (k, classes)."""
    rows = [numbers(row) for row in logits]
    said = {"title": title, "words": words, "points": list(points), **_columns(classes)}
    return {"kind": "reading", "role": model, "logits": rows, **said}


def filters(
    model: str,
    words: Sequence[str],
    weights: np.ndarray,
    limit: float,
    first: int = 1,
    measure: str = "weight",
) -> View:
    """Shows a first layer's filters at each of k points: green wants ink, orange-red wants none.

    words: k alternatives. weights: (k, height, width, 1, filters). limit: the weight with the full colour.
    first: the number of the first filter. measure: what the weights are, in the saved table.
    """
    side, number = weights.shape[1], weights.shape[-1]
    flat = np.moveaxis(weights, -1, 1).reshape(-1, number, side * side)
    return {
        "kind": "filters",
        "role": model,
        "title": _(NAMES[model]),
        "words": list(words),
        "weights": flat.astype(float).round(4).tolist(),
        "side": side,
        "across": min(number, 5 if side > 5 else 8 if number <= 16 else 16),
        "limit": limit,
        "first": first,
        "measure": measure,
        "colours": [FOR, AGAINST],
    }


def saved(view: View, file: str, size: str = "whole") -> View:
    """Returns the figure with a menu that saves it as PNG, SVG or CSV.

    file: a name without an ending; {T}, {alpha} and {at} become what is shown then.
    size: its part of a row, where there is room: half, wide, or narrow beside a wide one.
    """
    return {**view, "file": file, "size": size}


def numbers(values: Iterable[float]) -> list[float]:
    """Returns logits to the eight figures that float32 has at most."""
    return [float(f"{value:.8g}") for value in values]


def _columns(classes: Sequence[str]) -> dict[str, Any]:
    return {"classes": list(classes), "others": _("{count} others", count="{count}")}


def _called(classes: Sequence[str]) -> list[str]:
    """Returns the names of classes as sentences have them."""
    return [called(name) for name in classes]


def _models(logits: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    return [{**each, "logits": numbers(logits[each["role"]])} for each in _named(_names(logits))]


def _names(models: Iterable[str]) -> dict[str, str]:
    return {model: _(NAMES[model]) for model in MODELS if model in models}


def _named(names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"role": role, "name": name} for role, name in names.items()]


def _in_words(says: Mapping[str, str]) -> dict[str, str]:
    return {part: _(words) for part, words in says.items()}


def _grid() -> list[float]:
    return numbers(temperature_grid())


def _ticks(values: Iterable[float]) -> list[list[Any]]:
    return [[value, numeral(value, "g")] for value in values]


def _temperature_axis() -> dict[str, Any]:
    ends = {"from": LOWEST_TEMPERATURE, "to": HIGHEST_TEMPERATURE}
    ticks = _ticks(TEMPERATURE_TICKS)
    return {"scale": "log", **ends, "ticks": ticks, "title": _("Temperature T (log scale)")}
