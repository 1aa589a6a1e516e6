"""Sentences in the reader's language, with English for whatever a catalogue is missing."""

import threading

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo

from kd.text import translation
from kd.text.translation import _, ask_for_languages, environment_languages, language, ngettext


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A catalogue of three messages, for readers who ask for German."""
    monkeypatch.setattr(translation, "_folder", tmp_path)
    monkeypatch.setattr(translation, "_wanted", lambda: ("de-CH", "en"))
    catalogue = Catalog("de")
    catalogue.add("Run {name} is stopped.", "Lauf {name} ist gestoppt.")
    catalogue.add(("{count} run", "{count} runs"), ("{count} Lauf", "{count} Läufe"))
    catalogue.add("Wait {seconds} s.", "Warte {sekunden} s.")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "kd.mo").open("wb") as file:
        write_mo(file, catalogue)


def test_sentences_come_in_the_language_that_the_reader_wants(german):
    assert language() == "de"
    assert _("Run {name} is stopped.", name="abc") == "Lauf abc ist gestoppt."
    assert ngettext("{count} run", "{count} runs", 1, count=1) == "1 Lauf"
    assert ngettext("{count} run", "{count} runs", 3, count=3) == "3 Läufe"


def test_missing_or_faulty_translations_fall_back_to_english(german):
    assert _("{count} runs wait.", count=2) == "2 runs wait."
    assert _("Wait {seconds} s.", seconds=5) == "Wait 5 s."


def test_the_first_available_language_counts(german, monkeypatch):
    for wanted in (("fr", "de"), ("de-Latn-CH",), ("de_DE.UTF-8",)):
        monkeypatch.setattr(translation, "_wanted", lambda wanted=wanted: wanted)
        assert language() == "de"
    for wanted in (("en-GB", "de"), ("fr",), (), ("x/../de",), ("de/",), ("",)):
        monkeypatch.setattr(translation, "_wanted", lambda wanted=wanted: wanted)
        assert language() == "en"


def test_each_thread_has_its_readers_language_and_may_settle_on_it(german):
    reader = threading.local()
    ask_for_languages(lambda: getattr(reader, "languages", ()))
    said = {}

    def say(tag):
        reader.languages = (tag,)
        first = _("Run {name} is stopped.", name="abc")
        translation.settle()
        reader.languages = ("fr",)
        said[tag] = first, _("Run {name} is stopped.", name="abc")

    for tag in ("de", "en"):
        thread = threading.Thread(target=say, args=(tag,))
        thread.start()
        thread.join()
    assert said == {"de": ("Lauf abc ist gestoppt.",) * 2, "en": ("Run abc is stopped.",) * 2}
    assert _("Run {name} is stopped.", name="abc") == "Run abc is stopped."


def test_a_command_follows_the_environment(monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert environment_languages() == ()
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert environment_languages() == ("de_DE.UTF-8",)
    monkeypatch.setenv("LANGUAGE", "fr:de")
    assert environment_languages() == ("fr", "de")
