"""Why a run ended: kept as a code, said in the language of whoever reads it."""

from __future__ import annotations

import pytest

from kd.engine import EngineLost
from kd.runs.run import ending_of
from kd.store.database import DiskFull
from kd.text.endings import SENTENCES, Ending
from kd.text.reasons import reason_of

DAMAGED = Ending("damaged", {"run": "0123456789ab", "folder": "aside/{0}"})


def test_an_ending_is_kept_as_a_code_and_said_in_the_readers_language(pseudo_language):
    values = dict.fromkeys(("run", "model", "folder", "reason", "error", "address"), "x")
    for code, sentence in SENTENCES.items():
        kept = Ending(code, values).stored()
        assert sentence not in kept
        assert str(Ending.read(kept)) == f"⟦{sentence.format(**values)}⟧"
        assert Ending.read(kept).english == sentence.format(**values)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ('{"code": "of-tomorrow", "why": "?"}', "only another version of KD Lab knows (of-tomorrow)"),
        ('{"code": "damaged"}', "only another version of KD Lab knows (damaged)"),
        ('{"message": "{run}"}', '{"message": "{run}"}'),
        ("{", "{"),
        ("The app ended before this run did: train it again.", "The app ended before this run did: train it"),
        ("100 % of {nothing}", "100 % of {nothing}"),
    ],
)
def test_whatever_the_index_holds_can_be_said(stored, said):
    assert said in str(Ending.read(stored))
    assert said in Ending.read(stored).english
    assert Ending.read("") is None


def test_what_the_system_says_is_in_the_readers_language_too(reads):
    refused = ending_of(PermissionError(13, "Permission denied"), "it")
    reads("pt_BR", {"Permission denied": "permissão negada"})
    assert "(permissão negada)" in str(refused)
    assert "(Permission denied)" in refused.english
    assert [reason_of(PermissionError(13, "Permission denied")), reason_of(OSError("Odd."))] == [
        "permissão negada",
        "Odd",
    ]


def test_an_error_that_carries_an_ending_keeps_its_code():
    assert Ending.of(EngineLost(DAMAGED)) == DAMAGED
    assert str(EngineLost(DAMAGED)) == str(DAMAGED)
    assert ending_of(DiskFull(), "it").code == "disk full"
    assert ending_of(OSError(28, "No space left on device"), "it").code == "disk full"
    assert ending_of(OSError(13, "Permission denied"), "it").values == {"reason": "Permission denied"}
    assert Ending.of(ValueError("The teacher is missing.")).stored() == "The teacher is missing."
