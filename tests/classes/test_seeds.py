"""What the repeats of a class say together, against NumPy and SciPy, and in words."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kd.classes.gains import first_sentence, gains, own_sentence, sentence, verdict_note
from kd.classes.landed import landed_frame, ordinal, place_words
from kd.config import RunConfig
from kd.store.classes import LANDED, STOPPED, TRAINING, Answer


def repeats(*points: float, blocks: bool = False) -> pd.DataFrame:
    """Repeats with these gains in percentage points over a scratch student of 85 %."""
    right = [8500 + round(100 * each) for each in points]
    return pd.DataFrame(
        {
            "person": [f"person {number}" for number in range(len(points))],
            "gain": points,
            "seed": range(7, 7 + len(points)),
            "distilled_accuracy": [each / 10_000 for each in right],
            "scratch_accuracy": 0.85,
            "teacher_accuracy": 0.98,
            "only_distilled": [max(each - 8500, 0) + 100 for each in right],
            "only_scratch": [max(8500 - each, 0) + 100 for each in right],
            "distilled_blocks": [f"{each // 2 + 300} {each - each // 2 - 300}" for each in right]
            if blocks
            else None,
            "scratch_blocks": "4250 4250" if blocks else None,
        }
    )


GAINS = (4.9, 6.1, -0.4, 5.2, 7.3, 0.0, 3.3)


def test_mean_and_interval_shrink_as_repeats_land():
    found = gains(repeats(*GAINS))
    assert found.own == GAINS
    assert (found.better, found.worse) == (5, 1)
    assert math.isnan(found.low[0])
    for count in range(2, len(GAINS) + 1):
        first = np.array(GAINS[:count])
        low, high = stats.t.interval(0.95, count - 1, first.mean(), stats.sem(first))
        assert found.mean[count - 1] == pytest.approx(first.mean())
        assert (found.low[count - 1], found.high[count - 1]) == (pytest.approx(low), pytest.approx(high))


def test_other_test_pictures_count_in_the_interval():
    found, without = gains(repeats(*GAINS, blocks=True)), gains(repeats(*GAINS))
    assert found.mean == pytest.approx(without.mean)
    assert found.high[-1] - found.low[-1] > without.high[-1] - without.low[-1]


def test_the_verdict_rests_on_the_first_to_land_and_not_on_the_smallest_seeds():
    better, worse = (6.0, 6.1, 5.9, 6.2, 5.8), (-9.0, -9.5, 9.0)
    frame = repeats(*better, *worse)
    assert gains(frame).row["verdict"] == "helps"
    assert gains(frame.assign(seed=[*range(3, 8), 0, 1, 2])).row["verdict"] == "helps"
    assert gains(frame.iloc[::-1]).row["verdict"] == "not shown"


def test_while_answers_come_there_is_no_verdict_and_afterwards_there_is_one():
    found = gains(repeats(5.5, 6.1, 6.4, 5.2, 7.3))
    said = "5 of 5 students did better with the teacher, +6.1 points on average (likely 5.1 to 7.1)."
    assert sentence(found, is_over=False) == said
    assert sentence(found, is_over=True).startswith("The teacher helps: 5 of 5 students did better with it")
    assert "frozen" in verdict_note(found, is_over=False)
    assert verdict_note(found, is_over=True) == "The verdict rests on all 5 repeats."
    assert verdict_note(gains(repeats(*[5.0, 6.0] * 6)), True).endswith("the first 10 of 12 repeats.")
    hurts = gains(repeats(-5.5, -6.1, -6.4, -5.2, -7.3))
    assert sentence(hurts, is_over=True).startswith(
        "The teacher hurts: 5 of 5 students did worse with it, −6.1"
    )
    unclear = gains(repeats(-5.5, 6.1, -6.4, 5.2, 0.3))
    assert sentence(unclear, is_over=True).startswith("No difference shown: 3 of 5")


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ((), "No student has been trained yet."),
        ((4.9,), "One student so far: +4.90 points. One is an anecdote."),
        ((4.9, 5.1), "2 students so far: +5.0 points on average. Too few for a verdict."),
    ],
)
def test_fewer_than_three_say_nothing_of_how_many_did_better(points, said):
    assert sentence(gains(repeats(*points)), is_over=True) == said


def test_too_few_for_a_station_get_no_verdict_when_frozen():
    found = gains(repeats(5.5, 6.1, 6.4, 5.9))
    assert sentence(found, is_over=True).startswith("Too few for a verdict: 4 of 4")
    assert verdict_note(found, is_over=True) == "A verdict takes 5 repeats."


def test_equal_gains_have_no_interval():
    said = sentence(gains(repeats(5.0, 5.0, 5.0)), is_over=False)
    assert said == "3 of 3 students did better with the teacher, +5.00 points on average."


def test_what_the_first_alone_would_have_said():
    assert first_sentence(gains(repeats())) == ""
    assert first_sentence(gains(repeats(4.9, -3.0)), "Ana") == (
        "The first to land (ringed: Ana) came to +4.90 points. Alone it would have said: it helps."
    )
    assert first_sentence(gains(repeats(-4.9))).endswith("it hurts.")
    assert first_sentence(gains(repeats(0.1))).endswith(
        "(ringed) came to +0.10 points. Alone it shows no difference."
    )


def test_one_hears_what_ones_own_gained_and_where_it_lies():
    assert own_sentence(4.9, GAINS) == "Your student gained 4.9 percentage points. 4th of 7."
    assert own_sentence(-0.4, GAINS) == "Your student lost 0.4 percentage points. 7th of 7."
    assert own_sentence(0.0, GAINS) == "Your student did as well with the teacher as without. 6th of 7."
    assert own_sentence(0.03, (0.03,)) == "Your student gained 0.03 percentage points."
    assert place_words(1.0, (1.0, 1.0, 2.0)) == "2nd of 3"
    words = [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 22, 113)]
    assert words == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "113th"]


def test_what_has_landed_comes_in_the_order_of_landing_and_without_what_is_not_there():
    def run(seed: int, stored: float) -> SimpleNamespace:
        models = {
            name: {"test_accuracy": 0.9, "right_in_blocks": [1, 2]} for name in ("teacher", "distilled")
        }
        models["scratch"] = {"test_accuracy": 0.851, "right_in_blocks": [1, 2]}
        counts = {"only_distilled_right": 500, "only_scratch_right": 10}
        result = {**models, "comparison": counts}
        return SimpleNamespace(config=RunConfig(seed=seed), version=int(1000 * stored), result=result)

    # the first two were stored before the class began; the last is not stored any more
    runs = {"a": run(0, 5.0), "b": run(1, 1.0), "c": run(2, 300.0), "d": run(3, 200.0)}
    statuses = {"a": LANDED, "b": LANDED, "c": LANDED, "d": LANDED, "e": LANDED, "f": TRAINING, "g": STOPPED}
    answers = [
        Answer(number, 0, 0, f"of {name}", "", name, status, None)
        for number, (name, status) in enumerate(statuses.items())
    ]
    frame = landed_frame(answers, runs.get, ["alpha"], since=100.0)
    assert frame["person"].tolist() == ["of a", "of b", "of d", "of c"]
    assert frame["seed"].tolist() == [0, 1, 3, 2]
    assert (frame["gain"] == 4.9).all()
    assert (frame["alpha"] == 0.1).all()
    assert frame["distilled_blocks"].tolist() == ["1 2"] * 4
    assert len(landed_frame(answers[4:], runs.get)) == 0
