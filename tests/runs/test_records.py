"""What is stored of a run: codes and numbers, which are put into the reader's words when they are shown."""

import json

import pytest

from kd.lab.run_list import RunList
from kd.store.store import Store
from kd.text.verdicts import verdict_note, verdict_sentence
from tests import pseudo_language, stored_runs
from tests.stored_runs import CONFIG

NUMBERS = {
    "difference": 0.01,
    "low": 0.006,
    "high": 0.014,
    "p_value": 1e-6,
    "only_distilled_right": 200,
    "only_scratch_right": 100,
}
OLD_WORDS = {"sentence": "Distilled is ahead by 1.0 point.", "note": "In older words."}


def shown(home, comparison, config=CONFIG):
    """The comparison of a run that was stored with this one."""
    store, result = Store(home), stored_runs.record(config)["result"]
    stored_runs.save(store, config, result={**result, "comparison": comparison})
    return RunList(store).view(config.run_id).result["comparison"]


def test_a_record_with_words_of_an_earlier_version_is_shown_in_todays(tmp_path):
    comparison = shown(tmp_path, {**NUMBERS, **OLD_WORDS})
    assert comparison == {**NUMBERS, "verdict": "ahead"}
    assert comparison["sentence"] == verdict_sentence(comparison)
    assert comparison["note"] == verdict_note(comparison) != OLD_WORDS["note"]
    alone = shown(tmp_path, {**NUMBERS, **OLD_WORDS}, CONFIG.replace(alpha=1.0))
    assert alone["verdict"] == "no teacher"


def test_a_verdict_is_in_the_readers_language_and_its_words_can_be_asked_for_together(tmp_path, request):
    comparison = shown(tmp_path, NUMBERS)
    words = {"sentence": verdict_sentence(comparison), "note": verdict_note(comparison)}
    assert comparison.with_words() == {**comparison, **words}
    with pytest.raises(KeyError, match="winner"):
        comparison["winner"]
    request.getfixturevalue("pseudo_language")
    assert comparison["sentence"].startswith(pseudo_language.OPEN)
    assert set(json.loads(json.dumps(comparison))) == {*NUMBERS, "verdict"}
