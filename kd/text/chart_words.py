"""What charts show, in a few sentences, for readers who do not see them: the result and the extremes.

Each function takes the rows that its chart draws (kd.charts): codes and numbers.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from kd.text.study_words import signed
from kd.text.translation import N_, _, ngettext, numeral
from kd.text.words import NAMES, accuracy, called, count, percent, sentence_case


def accuracy_words(rows: pd.DataFrame) -> str:
    """Says where each model's accuracy begins and ends, and which student is ahead, if one is."""
    course = parted(rows, "role", "epoch", "value")
    if not course:
        return _("Test accuracy by epoch. No epoch is finished yet.")
    # a teacher trained before has rows without a point
    trained = {role for role, point in records(rows, "role", "point") if point}
    sentences = [_("Test accuracy by epoch.")]
    for model, points in course.items():
        if model in trained:
            sentences.append(_from_to(_(NAMES[model]), points, accuracy))
        else:
            sentences.append(_("{name}: {value}.", name=_(NAMES[model]), value=accuracy(points[0][1])))
    ends = [course[model][-1] for model in ("distilled", "scratch") if model in course]
    if len(ends) == 2 and ends[0][0] == ends[1][0]:
        sentences.append(_ahead(ends[0][1] - ends[1][1]))
    return " ".join(sentences)


def _ahead(difference: float) -> str:
    points = numeral(abs(100 * difference), ".2f")
    if points == numeral(0, ".2f"):
        return _("Both students are equally accurate.")
    if difference > 0:
        return _("Distilled is {points} points ahead of scratch.", points=points)
    return _("Scratch is {points} points ahead of distilled.", points=points)


def loss_words(rows: pd.DataFrame, parts: Iterable[tuple[str, str]] = ()) -> str:
    """Says where each part of a loss begins and ends. rows: part, epoch, value; parts: names of terms."""
    names = {part: sentence_case(_(label)) for part, label in parts}
    names |= {"teacher": _("Teacher's part"), "labels": _("Labels' part")}
    course = parted(rows, "part", "epoch", "value")
    sentences = [
        _from_to(names[part], points, partial(numeral, form=".2g")) for part, points in course.items()
    ]
    return " ".join(
        [_("The distilled student's loss by epoch."), *(sentences or [_("No epoch is finished yet.")])]
    )


def _from_to(name: str, points: Sequence[tuple[int, float]], words: Callable[[float], str]) -> str:
    (start, first), (end, last) = points[0], points[-1]
    if start == end:
        return _("{name}: {value} after epoch {epoch}.", name=name, value=words(last), epoch=end)
    return _(
        "{name}: from {first} after epoch {start} to {last} after epoch {end}.",
        name=name,
        first=words(first),
        start=start,
        last=words(last),
        end=end,
    )


def confusion_words(rows: pd.DataFrame) -> str:
    """Says how much one model gets right, for which classes most and least, and its most frequent error."""
    cells = records(rows, "true", "predicted", "count", "share")
    seen = {cell[0] for cell in cells if cell[2]}
    right = [cell for cell in cells if cell[0] == cell[1] and cell[0] in seen]
    wrong = [cell for cell in cells if cell[0] != cell[1] and cell[2] > 0]
    best, worst = max(right, key=lambda cell: cell[3]), min(right, key=lambda cell: cell[3])
    words = _(
        "{name}: right on {share} of the pictures; best on {best}, worst on {worst}.",
        name=_(NAMES[rows["role"].iat[0]]),
        share=accuracy(sum(cell[2] for cell in right) / sum(cell[2] for cell in cells)),
        best=_share(called(best[0]), best[3]),
        worst=_share(called(worst[0]), worst[3]),
    )
    if not wrong:
        return words
    true, answer, number, _part = max(wrong, key=lambda cell: cell[2])
    error = ngettext(
        "Most frequent error: {true} read as {answer}, on {count} picture.",
        "Most frequent error: {true} read as {answer}, on {count} pictures.",
        number,
        true=called(true),
        answer=called(answer),
    )
    return f"{words} {error}"


def difference_words(rows: pd.DataFrame, first: str, second: str) -> str:
    """Says which of two students errs more, and where. rows: true, predicted, count (second minus first)."""
    wrong = [cell for cell in records(rows, "true", "predicted", "count") if cell[0] != cell[1]]
    total = signed(sum(cell[2] for cell in wrong), 0)
    sentences = [
        _("Errors of {second} minus errors of {first}: {total}.", first=first, second=second, total=total)
    ]
    true, answer, least = min(wrong, key=lambda cell: cell[2])
    if least < 0:
        fewer = N_("Largest decrease: {true} read as {answer}, {count} fewer.")
        sentences.append(_(fewer, true=called(true), answer=called(answer), count=-least))
    true, answer, most = max(wrong, key=lambda cell: cell[2])
    if most > 0:
        more = N_("Largest increase: {true} read as {answer}, {count} more.")
        sentences.append(_(more, true=called(true), answer=called(answer), count=most))
    return " ".join(sentences)


def reliability_words(rows: pd.DataFrame) -> str:
    """Says how sure and how often right each model is. rows: role, count, confidence, accuracy of bins."""
    sentences = [_("How sure each model is, and how often it is right.")]
    for model, bins in parted(rows, "role", "count", "confidence", "accuracy").items():
        total = sum(bin[0] for bin in bins)
        sentences.append(
            _(
                "{name}: {sure} sure and {right} right on average; calibration error {apart}.",
                name=_(NAMES[model]),
                sure=percent(sum(number * sure for number, sure, _right in bins) / total),
                right=percent(sum(number * right for number, _sure, right in bins) / total),
                apart=percent(sum(number * abs(sure - right) for number, sure, right in bins) / total),
            )
        )
    return " ".join(sentences)


def layers_words(rows: pd.DataFrame, measure: str, title: str) -> str:
    """Says each network's total and its largest layer. rows: role, layer, and the column `measure`."""
    sentences = [_("{measure} of each layer.", measure=title)]
    for model, layers in parted(rows, "role", "layer", measure).items():
        layer, number = max(layers, key=lambda each: each[1])
        sentences.append(
            _(
                "{name}: {total} in total, of which {number} in layer {layer}.",
                name=_(NAMES[model]),
                total=count(int(sum(each[1] for each in layers))),
                number=count(int(number)),
                layer=layer,
            )
        )
    return " ".join(sentences)


def filters_words(model: str, weights: np.ndarray) -> str:
    """Says between which weights a first layer's filters are. weights: (height, width, 1, filters)."""
    number = weights.shape[-1]
    return ngettext(
        "{name}: {count} filter with weights from {lowest} to {highest}; {share} of them are positive.",
        "{name}: {count} filters with weights from {lowest} to {highest}; {share} of them are positive.",
        number,
        name=_(NAMES[model]),
        lowest=signed(float(weights.min())),
        highest=signed(float(weights.max())),
        share=percent(float((weights > 0).mean())),
    )


def point_label(time: float) -> str:
    """Writes a point in a training, in epochs, as an axis does: '1/16', '1/2', '3'."""
    return str(Fraction(float(time)).limit_denominator(16))


def point_name(time: float) -> str:
    """Says when a point in a training is. time: in epochs."""
    if time < 1:
        return _("after {fraction} of the first epoch", fraction=point_label(time))
    return _("after epoch {number}", number=round(time))


def reading_words(
    model: str, points: Sequence[str], probabilities: np.ndarray, classes: Sequence[str]
) -> str:
    """Says how a student's answer to a picture changed. points: k labels; probabilities: (k, classes)."""
    said = [(called(classes[row.argmax()]), row.max()) for row in probabilities]
    changes = sum(one[0] != other[0] for one, other in pairwise(said))
    return ngettext(
        "{name}: {first} at epoch {start}, {last} at epoch {end}; the answer changed {count} time.",
        "{name}: {first} at epoch {start}, {last} at epoch {end}; the answer changed {count} times.",
        changes,
        name=_(NAMES[model]),
        first=_share(*said[0]),
        start=points[0],
        last=_share(*said[-1]),
        end=points[-1],
    )


def saliency_words(contributions: np.ndarray, model: str, digit: str) -> str:
    """Says how much speaks for a class and against it. contributions: of the pixels."""
    if not contributions.any():
        return _("{name}: no pixel speaks for or against {digit}.", name=_(NAMES[model]), digit=digit)
    return _(
        "{name}: the pixels for {digit} add up to {in_favour}, those against it to {against}.",
        name=_(NAMES[model]),
        digit=digit,
        in_favour=signed(float(contributions.clip(0).sum())),
        against=signed(float(contributions.clip(None, 0).sum())),
    )


def trail_words(rows: pd.DataFrame, against: str) -> str:
    """Says how many runs there are, which gained most and least, and where the shown one is, if any is."""
    runs = records(rows[~rows["study"].astype(bool)], "setting", "difference", "shown")
    behind = records(rows[rows["study"].astype(bool)], "setting", "difference")
    sentences = [
        ngettext(
            "Gain over scratch against {field}: {count} run.",
            "Gain over scratch against {field}: {count} runs.",
            len(runs),
            field=against,
        )
    ]
    if len(runs) > 1:
        most, least = max(runs, key=lambda run: run[1]), min(runs, key=lambda run: run[1])
        sentences.append(
            _(
                "Most: {most} points at {first}. Least: {least} points at {last}.",
                most=signed(most[1]),
                first=most[0],
                least=signed(least[1]),
                last=least[0],
            )
        )
    for value, difference, is_shown in runs:
        if is_shown:
            sentences.append(
                _("Shown now: {points} points at {value}.", points=signed(difference), value=value)
            )
    if behind:
        (first, start), (last, end) = behind[0], behind[-1]
        sentences.append(
            _(
                "Behind them, several repeats on average: {start} points at {first}, {end} points at {last}.",
                start=signed(start),
                first=first,
                end=signed(end),
                last=last,
            )
        )
    return " ".join(sentences)


def pictures_words(numbers: Iterable[int], captions: Iterable[str]) -> str:
    """Lists test pictures to choose from, each with its number and its caption."""
    pictures = [f"{numeral(number)} ({caption})" for number, caption in zip(numbers, captions, strict=True)]
    return _("Test pictures to choose from: {pictures}.", pictures=", ".join(pictures))


def _share(what: Any, fraction: float) -> str:
    return f"{what} ({percent(fraction)})"


def records(rows: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Returns the rows as tuples of plain Python values."""
    return list(zip(*(rows[column].tolist() for column in columns), strict=True))


def parted(rows: pd.DataFrame, by: str, *columns: str) -> dict[Any, list[tuple[Any, ...]]]:
    """Returns the rows by the value in a column, in order. Plain Python is quicker than pandas for few."""
    found: dict[Any, list[tuple[Any, ...]]] = {}
    for value, *others in records(rows, by, *columns):
        found.setdefault(value, []).append(tuple(others))
    return found
