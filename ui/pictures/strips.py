"""Strips of twelve test pictures, of which a click chooses one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kd.analysis.softening import most_ambiguous, picture_table
from kd.charts.thumbnails import thumbnail_rows
from kd.pictures.mnist import load_mnist
from kd.text.chart_words import pictures_words
from ui.shared import notices
from ui.shared.figure import framed, thumbnails

STRIP = 12


def strip(numbers: Sequence[int], captions: Sequence[str], name: str, pick: Callable[[int], None]) -> None:
    """Draws test pictures; pick gets the number of a click. name: of the file they are saved in."""

    def clicked(number: int) -> None:
        notices.clear()
        pick(number)

    rows = thumbnail_rows(load_mnist().x_test[list(numbers)], numbers, captions)
    with framed(name, titled=False):
        words = pictures_words(numbers, captions)
        thumbnails(name, f"strip-{name}", rows, words, clicked, columns=4, count=STRIP)


def of_a_digit(digit: int | None, logits: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns twelve pictures and their labels: the most ambiguous, or a digit's from the surest on.

    logits: the teacher's for the test pictures, (10,000, 10).
    """
    labels = load_mnist().y_test
    if digit is None:
        table = most_ambiguous(labels, logits, STRIP)
    else:
        table = picture_table(labels, logits)
        table = table[table["true"] == digit].sort_values("entropy_bits", kind="stable")
        # even steps in rank would show a dozen sure ones: halve what is left at each step
        ranks = len(table) - 1 - np.unique(np.geomspace(1, len(table), STRIP).astype(int) - 1)[::-1]
        table = table.iloc[ranks]
    return tuple(table["picture"].astype(int)), tuple(table["true"].astype(int))
