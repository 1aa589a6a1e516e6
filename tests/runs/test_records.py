"""What is stored of a run: codes and numbers, which are put into the reader's words when they are shown."""

import gettext
import json
from contextlib import closing

import pytest

from kd.lab import Lab
from kd.text import translation
from kd.text.verdicts import verdict_note, verdict_sentence
from tests import pseudo_language, stored_runs
from tests.stored_runs import CONFIG, RUN

NUMBERS = {
    "difference": 0.01,
    "low": 0.006,
    "high": 0.014,
    "p_value": 1e-6,
    "only_distilled_right": 200,
    "only_scratch_right": 100,
}
OLD_WORDS = {"sentence": "Distilled is ahead by 1.0 point.", "note": "In older words."}


@pytest.fixture
def lab(tmp_path):
    with closing(Lab(tmp_path / "home")) as lab:
        yield lab


@pytest.fixture
def marked(monkeypatch):
    """A function after which whoever reads wants the marked language."""
    catalogue = gettext.NullTranslations()
    monkeypatch.setattr(catalogue, "gettext", pseudo_language.mark)
    return lambda: monkeypatch.setattr(
        translation, "_choose", lambda *asked: translation.Spoken("xx", catalogue)
    )


def save(lab, comparison, config=CONFIG):
    result = stored_runs.record(config)["result"]
    stored_runs.save(lab.store, config, result={**result, "comparison": comparison})


def test_a_record_with_words_of_an_earlier_version_is_shown_in_todays(lab):
    save(lab, {**NUMBERS, **OLD_WORDS})
    comparison = lab.runs.view(RUN).result["comparison"]
    assert comparison == {**NUMBERS, "verdict": "ahead"}
    assert comparison["sentence"] == verdict_sentence(comparison)
    assert comparison["note"] == verdict_note(comparison) != OLD_WORDS["note"]

    config = CONFIG.replace(alpha=1.0)
    save(lab, {**NUMBERS, **OLD_WORDS}, config)
    assert lab.runs.view(config.run_id).result["comparison"]["verdict"] == "no teacher"


def test_a_verdict_is_in_the_readers_language_and_its_words_can_be_asked_for_together(lab, marked):
    save(lab, NUMBERS)
    comparison = lab.runs.view(RUN).result["comparison"]
    words = {"sentence": verdict_sentence(comparison), "note": verdict_note(comparison)}
    assert comparison.with_words() == {**comparison, **words}
    with pytest.raises(KeyError, match="winner"):
        comparison["winner"]
    marked()
    assert comparison["sentence"].startswith(pseudo_language.OPEN)
    assert set(json.loads(json.dumps(comparison))) == {*NUMBERS, "verdict"}
