"""Strips of twelve test pictures, of which a click chooses one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
