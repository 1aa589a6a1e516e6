"""A stored comparison: today's verdict on yesterday's numbers, and words that are made when they are read."""

import pytest

from kd.analysis.verdict import Comparison
from kd.config import RunConfig
from kd.text.verdicts import verdict_note, verdict_sentence

NUMBERS = {"difference": 0.01, "low": 0.0066, "high": 0.0135, "p_value": 1e-6}


@pytest.mark.parametrize(
    ("numbers", "alpha", "found"),
    [
        (NUMBERS, 0.1, "ahead"),
        (NUMBERS, 1.0, "no teacher"),
        ({**NUMBERS, "p_value": 0.06}, 0.1, "not shown"),
        ({**NUMBERS, "low": -0.001}, None, "not shown"),
        ({"difference": -0.01, "low": -0.0135, "high": -0.0066, "p_value": 1e-6}, None, "behind"),
    ],
)
def test_a_stored_comparison_opens_with_todays_verdict_and_without_stored_words(numbers, alpha, found):
    stored = {**numbers, "verdict": "of old", "sentence": "Of old.", "note": "Of old."}
    opened = Comparison.opened(stored, alpha)
    assert type(opened) is Comparison
    assert dict(opened) == {**numbers, "verdict": found}


def test_words_are_made_from_the_numbers_and_are_not_kept():
    counts = {"only_distilled_right": 200, "only_scratch_right": 100}
    comparison = Comparison(NUMBERS | counts | {"verdict": "ahead"})
    numbers, sentence, note = dict(comparison), verdict_sentence(comparison), verdict_note(comparison)
    assert (comparison["sentence"], comparison["note"]) == (sentence, note)
    assert comparison.with_words() == {**numbers, "sentence": sentence, "note": note}
    mistaken = RunConfig(mistake="no_t_squared")
    of_this_run = verdict_sentence(comparison, mistaken)
    assert of_this_run != sentence
    assert comparison.with_words(mistaken) == {**numbers, "sentence": of_this_run, "note": note}
    assert dict(comparison) == numbers
    with pytest.raises(KeyError):
        comparison["colour"]
