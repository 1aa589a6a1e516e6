"""Numbers in words."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kd.text import words

NBSP = "\u00a0"
SAID = {
    words.percent: {
        0.9793: "97.9 %",
        0.0007: "0.1 %",
        1.0: "100.0 %",
        0.0: "0.0 %",
        0.99996: "> 99.9 %",
        0.00004: "< 0.1 %",
        0.0005: "0.1 %",
        0.9995: "> 99.9 %",
    },
    words.accuracy: {0.9803: "98.03 %", 1.0: "100.00 %", 0.0: "0.00 %", 0.99999: "> 99.99 %"},
    words.count: {
        **{0: "0", 812: "812", 1_000: "1.00 k", 9_995: "10.0 k", 20_490: "20.5 k", 999_499: "999 k"},
        **{999_999: "1.00 M", 1_433_610: "1.43 M", 999_999_999: "1.00 G", 1_234_000_000_000: "1,234 G"},
    },
    words.file_size: {
        **{0: "0 bytes", 1: "1 byte", 1_053: "1.1 kB", 94_208: "94 kB", 999_600: "1.0 MB"},
        **{5_750_000: "5.8 MB", 999_960_000: "1 GB", 2_000_000_000: "2 GB", 2_560_000_000: "2.6 GB"},
    },
    words.duration: {
        **{0.4: "less than a second", 8.2: "8 s", 59.7: "1 min", 95: "1 min 35 s"},
        **{59.5: "1 min", 3599.6: "1 h", 3629.5: "1 h", 7199: "2 h", 7800: "2 h 10 min"},
    },
    words.milliseconds: {
        **{0.00004: "< 0.01 ms", 0.347: "0.35 ms", 0.995: "1.0 ms", 9.95: "10 ms", 12345.6: "12,346 ms"}
    },
    words.plain: {4.0: "4", 0.15: "0.15", 0.1 + 0.2: "0.3", 1e-05: "0.00001", 1e-300: "< 0.000001"},
    words.times: {0: "never", 1: "once", 2: "twice", 3: "3 times", 1_200: "1,200 times"},
}


@pytest.mark.parametrize("say", SAID, ids=lambda say: say.__name__)
def test_a_number_is_said_in_its_unit(say):
    assert {number: say(number).replace(NBSP, " ") for number in SAID[say]} == SAID[say]


def test_every_number_is_written_as_in_the_readers_language(reads):
    reads("pt_BR", {})
    swapped = str.maketrans(".,", ",.")
    for say, said in SAID.items():
        found = {number: say(number).replace(NBSP, " ") for number in said}
        assert found == {number: text.translate(swapped) for number, text in said.items()}
    assert words.accuracy(0.9182) == f"91,82{NBSP}%"
    assert words.typed(0.15) == "0.15"  # an address and a command are the same in every language


def test_a_moment_has_day_and_month_in_the_order_of_the_readers_language(reads):
    moment = time.mktime((2026, 12, 1, 16, 40, 0, 0, 0, -1))
    assert words.date_and_time(moment) == "2026-12-01 16:40"
    reads("pt_BR", {"{year}-{month}-{day}": "{day}/{month}/{year}"})
    assert words.date_and_time(moment) == "01/12/2026 16:40"


@given(st.one_of(st.text(), st.integers(), st.binary(), st.lists(st.text()), st.none(), st.floats()))
@example("x" * 3000)
@example("\u202e" * 41)
@example(10**5000)
def test_a_quoted_value_is_one_short_line(value):
    quoted = words.quoted(value)
    assert len(quoted) <= words.QUOTED + 2
    assert quoted.isprintable()


def test_listing():
    assert [words.listing(list("497")[:n]) for n in range(4)] == ["", "4", "4 and 9", "4, 9 and 7"]
