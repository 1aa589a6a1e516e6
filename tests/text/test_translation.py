"""Sentences in the reader's language, with English for whatever a catalogue is missing."""

import threading

import pytest
from babel.messages import Catalog

from kd.text import translation
from kd.text.translation import (
    NC_,
    _,
    ask_for_languages,
    closest,
    environment_languages,
    in_english,
    language,
    language_tag,
    languages,
    ngettext,
    number_marks,
    numeral,
    own_name,
    pgettext,
)


@pytest.fixture
def german(reads, monkeypatch):
    """A catalogue of three messages, for readers who ask for German."""
    translations = {
        "Run {name} is stopped.": "Lauf {name} ist gestoppt.",
        ("{count} run", "{count} runs"): ("{count} Lauf", "{count} Läufe"),
        "Wait {seconds} s.": "Warte {sekunden} s.",
    }
    reads("de", translations)
    monkeypatch.setattr(translation, "_wanted", lambda: ("de-CH", "en"))


def test_sentences_come_in_the_language_that_the_reader_wants(german):
    assert language() == "de"
    assert _("Run {name} is stopped.", name="abc") == "Lauf abc ist gestoppt."
    assert ngettext("{count} run", "{count} runs", 1, count=1) == "1 Lauf"
    assert ngettext("{count} run", "{count} runs", 3, count=3) == "3 Läufe"


def test_missing_or_faulty_translations_fall_back_to_english(german):
    assert _("{count} runs wait.", count=2) == "2 runs wait."
    assert _("Wait {seconds} s.", seconds=5) == "Wait 5 s."
    assert _("") == ""  # under which a catalogue has its own head


WAITING = ("The run waits.", "{count} runs wait.")


def waiting(*numbers):
    return [ngettext(*WAITING, number) for number in numbers]


def test_browsers_are_told_a_language_by_its_tag(reads):
    reads("pt_BR", {})
    assert (language(), language_tag()) == ("pt_BR", "pt-BR")


@pytest.mark.parametrize("language", ["pt_BR", "ja", "ru", "ar", "lv"])
def test_a_plural_without_a_translation_follows_the_rules_of_english(reads, language):
    reads(language, {WAITING: ("",) * Catalog(language).num_plurals})
    assert waiting(0, 1, 2, 21) == ["0 runs wait.", "The run waits.", "2 runs wait.", "21 runs wait."]


@pytest.mark.parametrize(
    "forms", [("{count} espera", "{count} esperam", ""), ("{count} espera", "", "{count} esperam")]
)
def test_a_form_that_is_missing_is_another_one_of_the_same_language(reads, forms):
    reads("pt_BR", {WAITING: forms})
    assert waiting(0, 1, 2, 5) == ["0 espera", "1 espera", "2 esperam", "5 esperam"]
    assert not waiting(1_000_000)[0].endswith("wait.")


def test_a_form_that_names_no_number_is_said_of_one_alone(reads):
    reads("pt_BR", {WAITING: ("A execução espera.", "", "{count} execuções esperam.")})
    assert waiting(0, 1, 2) == ["0 execuções esperam.", "A execução espera.", "2 execuções esperam."]


def test_a_form_that_names_no_number_may_be_that_of_another_number(reads):
    reads("ar", {WAITING: ("none", "one", "two", "{count} few", "{count} many", "{count} all")})
    assert waiting(0, 1, 2, 3, 11, 100) == ["none", "one", "two", "3 few", "11 many", "100 all"]


def test_one_thing_may_be_called_as_in_english(reads):
    reads("pt_BR", {("{count} item", "{count} items"): ("{count} item", "{count} itens", "")})
    assert [ngettext("{count} item", "{count} items", number) for number in (1, 2)] == ["1 item", "2 itens"]


def test_a_number_is_written_as_in_the_language_of_its_sentence(german):
    assert [numeral(1615), numeral(0.918, ".2f"), numeral(-2345.5, "+,.1f")] == [
        "1.615",
        "0,92",
        "-2.345,5",
    ]
    assert ngettext("{count} run", "{count} runs", 1615) == "1.615 Läufe"
    assert number_marks() == (",", ".")
    with in_english():
        assert [numeral(1615), numeral(0.918, ".2f"), number_marks()] == ["1,615", "0.92", None]


def test_the_first_available_language_counts(german, monkeypatch):
    for wanted in (("fr", "de"), ("de-Latn-CH",), ("de_DE.UTF-8",)):
        monkeypatch.setattr(translation, "_wanted", lambda wanted=wanted: wanted)
        assert language() == "de"
    for wanted in (("en-GB", "de"), ("fr",), (), ("x/../de",), ("de/",), ("",)):
        monkeypatch.setattr(translation, "_wanted", lambda wanted=wanted: wanted)
        assert language() == "en"


def test_a_language_is_read_as_another_country_has_it_where_nothing_closer_ships(reads, monkeypatch):
    reads("pt_BR", {})
    for tag in ("pt", "pt_PT", "pt-PT", "pt-br", "PT", "pt_BR.UTF-8"):
        monkeypatch.setattr(translation, "_wanted", lambda tag=tag: (tag, "en"))
        assert language() == "pt_BR"


def test_a_language_is_one_folder_and_comes_for_those_who_read_another_kind_of_it(reads):
    reads("pt_BR", {})
    reads("pt", {})
    reads("nl", {})
    assert languages() == ("en", "nl", "pt", "pt_BR")
    assert [closest(tag) for tag in ("pt-br", "pt-PT", "nl-BE", "en-GB")] == ["pt_BR", "pt", "nl", "en"]
    assert closest("", "fr", "../nl", "nl") == "nl"
    assert closest("fr") is closest() is None
    assert [*map(own_name, languages()), own_name("xx")] == [
        "English", "Nederlands", "Português", "Português (Brasil)", "xx"
    ]  # fmt: skip


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


def test_a_word_is_translated_by_its_context_and_without_one_is_itself(reads):
    digits, teacher = ("digits", "none"), ("teacher", "none")
    assert (pgettext(*digits), _(NC_(*teacher))) == ("none", "none")
    reads("pt_BR", {"none": "nenhures", NC_(*digits): "nenhum"})
    assert (pgettext(*digits), _(NC_(*teacher)), _("none")) == ("nenhum", "none", "nenhures")
    assert pgettext("seeds", "{count} of them", count=3) == "3 of them"
