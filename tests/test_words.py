"""Numbers in words."""

import pytest

from kd import words


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (0.9793, "97.9 %"),
        (1.0, "100.0 %"),
        (0.0, "0.0 %"),
        (0.99996, "> 99.9 %"),
        (0.00004, "< 0.1 %"),
        (0.0005, "0.1 %"),
    ],
)
def test_percent_never_rounds_to_all_or_nothing(fraction, said):
    assert words.percent(fraction) == said


@pytest.mark.parametrize(("number", "said"), [(1_433_610, "1.43 M"), (20_490, "20.5 k"), (812, "812")])
def test_count(number, said):
    assert words.count(number) == said


@pytest.mark.parametrize(("size", "said"), [(812, "812 bytes"), (94_208, "94 kB"), (5_750_000, "5.8 MB")])
def test_file_size(size, said):
    assert words.file_size(size) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "less than a second"),
        (8.2, "8 s"),
        (59.7, "1 min"),
        (95, "1 min 35 s"),
        (3599.6, "1 h"),
        (7800, "2 h 10 min"),
    ],
)
def test_duration(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(("value", "said"), [(0.347, "0.35 ms"), (3.11, "3.1 ms"), (140.6, "141 ms")])
def test_milliseconds(value, said):
    assert words.milliseconds(value) == said


@pytest.mark.parametrize(
    ("items", "said"), [([], ""), (["4"], "4"), (["4", "9"], "4 and 9"), (["4", "9", "7"], "4, 9 and 7")]
)
def test_listing(items, said):
    assert words.listing(items) == said


def test_words_for_digits_and_counts():
    assert [words.article(digit) for digit in (7, 8, 9)] == ["a", "an", "a"]
    assert [words.times(n) for n in (0, 1, 2, 3, 1200)] == [
        "never",
        "once",
        "twice",
        "3 times",
        "1,200 times",
    ]
