"""Numbers in words."""

import math
import re

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
        **{3599.6: "1 h", 7800: "2 h 10 min"},
    },
    words.milliseconds: {
        **{0.00004: "< 0.01 ms", 0.347: "0.35 ms", 0.996: "1.0 ms", 9.96: "10 ms", 12345.6: "12,346 ms"},
    },
    words.plain: {4.0: "4", 0.15: "0.15", 0.1 + 0.2: "0.3", 1e-05: "0.00001", 1e-300: "< 0.000001"},
    words.times: {0: "never", 1: "once", 2: "twice", 3: "3 times", 1_200: "1,200 times"},
}


@pytest.mark.parametrize("say", SAID, ids=lambda say: say.__name__)
def test_a_number_is_said_in_its_unit(say):
    assert {number: say(number).replace(NBSP, " ") for number in SAID[say]} == SAID[say]


@given(st.integers(0, 10_000))
def test_every_share_of_the_test_pictures_is_exact_to_the_last_picture(right):
    assert round(float(words.accuracy(right / 10_000).removesuffix("\u00a0%")) * 100) == right


_UNITS = {
    "bytes": 1, "byte": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "k": 1e3, "M": 1e6, "G": 1e9, "ms": 1, "%": 0.01,
    "s": 1, "min": 60, "h": 3600,
}  # fmt: skip


def _heard(said: str) -> float:
    """The number that a reader takes from the words; "< x" and "> x" count as x."""
    assert not re.search(r"\d[eE]", said)
    said = {"less than a second": "0 s"}.get(said, said)
    parts = said.replace("\u00a0", " ").removeprefix("< ").removeprefix("> ").replace(",", "").split()
    if len(parts) == 1:
        return float(parts[0])
    return sum(float(n) * _UNITS[unit] for n, unit in zip(parts[::2], parts[1::2], strict=True))


_numbers = st.one_of(st.integers(0, 10**13), st.sampled_from([10**k - d for k in range(14) for d in (0, 1)]))


def _near(highest: float, *edges: float):
    """Numbers from 0 up, many of them close to where a formatter changes its unit or its digits."""
    close = [math.nextafter(edge, towards) for edge in edges for towards in (0, math.inf)]
    return st.one_of(st.floats(0, highest), st.sampled_from([*edges, *close]))


@pytest.mark.parametrize(
    ("say", "values", "share"),
    [
        (words.count, _numbers, 0.005),
        (words.file_size, _numbers, 0.05),
        (words.percent, _near(1, 0.0005, 0.9995, 0.999), None),
        (words.accuracy, _near(1, 0.00005, 0.99995, 0.9999), None),
        (words.duration, _near(1e6, 0.5, 1, 59.5, 60, 3599.5, 3600, 3629.5, 7199), None),
        (words.milliseconds, _near(1e6, 0.01, 0.995, 9.95, 99.5, 999.5), None),
        (words.plain, _near(100, 0.1, 1e-4, 1e-5, 1e-6, 0.9999995, 99.99995), 1e-5),
    ],
)
def test_no_exponent_no_step_back_and_no_more_than_rounding(say, values, share):
    @given(values, values)
    def check(one, other):
        small, large = sorted((one, other))
        assert _heard(say(small)) <= _heard(say(large)), (say(small), say(large))
        if share is not None and large >= 1e-6:
            assert _heard(say(large)) == pytest.approx(large, rel=share)

    check()


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
