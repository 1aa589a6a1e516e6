"""Every catalogue that ships is whole: it says all that the code says, with the same places and marks."""

from __future__ import annotations

import gettext
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kd.text import terms, translation
from tests.pseudo_language import messages
from ui.shared import frame

LOCALE = Path(translation._folder)
SHIPPED = sorted(path.parents[1].name for path in LOCALE.glob("*/LC_MESSAGES/kd.po"))
MARKS = re.compile(r"\*\*|`[^`]*`|</?\w[^>]*>|\$[^$]*\$|:material/\w+:|\]\([^)]*\)")
SYMBOLS = re.compile("T²|α|→|×")
WORD = re.compile(r"(?<!\{)\b[^\W\d_]{2,}\b(?!\})")
SAME = {
    "pt_BR": """Link McNemar Notebook UTC classes id
        Jaguar Linear Panda Tapir Zebra bits bytes linear logit logits min nats pixels real""",
}
"""Names, and words that a language has as English does."""


@pytest.fixture(params=SHIPPED)
def language(request) -> str:
    return request.param


@pytest.fixture
def catalogue(language) -> Catalog:
    return read(language)


def read(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "kd.po").open("rb") as file:
        return read_po(file, locale=language)


def said(catalogue: Catalog) -> Iterator[tuple[Message, tuple[str, str]]]:
    """Every message with each of its forms: the English one, and that of the language."""
    for message in catalogue:
        if message.id and isinstance(message.id, str):
            yield message, (message.id, message.string)
        elif message.id:
            yield from ((message, (message.id[1], form)) for form in message.string)


def test_a_language_ships():
    assert SHIPPED
    assert set(translation.languages()) == {"en", *SHIPPED}


def test_it_has_every_message_of_the_code_and_no_other(catalogue):
    in_it = {(message.context, message.id) for message in catalogue if message.id}
    first = {(context, ids if isinstance(ids, str) else ids[0]) for context, ids in in_it}
    assert {(context, texts[0]) for context, texts in messages()} == first
    plurals = {(context, texts) for context, texts in messages() if len(texts) == 2}
    assert plurals <= in_it
    assert not catalogue.obsolete
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


def test_it_says_every_message_in_all_its_forms(catalogue):
    assert [message.id for message, (_english, form) in said(catalogue) if not form.strip()] == []
    of_numbers = [message for message in catalogue if isinstance(message.id, tuple) and message.id]
    assert {len(message.string) for message in of_numbers} == {catalogue.num_plurals}


def test_its_messages_have_the_places_and_marks_of_the_english_ones(catalogue):
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w*)[^}]*\}", text))

    def marks(text: str) -> tuple[Counter[str], set[str]]:
        return Counter(MARKS.findall(text)), set(SYMBOLS.findall(text))

    wrong = []
    for message, (english, form) in said(catalogue):
        models = [english]
        if isinstance(message.id, tuple):  # one thing may do without its number
            models += [message.id[0], english.replace("{count}", "")]
        if not any((places(form), marks(form)) == (places(each), marks(each)) for each in models):
            wrong.append((english, form))
    assert wrong == []


def test_it_says_each_of_streamlits_own_words(catalogue):
    of_each = (catalogue.get(frame._STREAMLITS).string.split("|"), frame._STREAMLITS.split("|"))
    said, own = ([text.count("{}") for text in texts] for texts in of_each)
    assert said == own


def test_streamlit_says_these_words():
    program = "".join(
        file.read_text(encoding="utf-8")
        for file in Path(streamlit.__file__).parent.glob("static/static/js/*.js")
    )
    filled_in = r"\{\}(?:MB|th)?|apply|(?=available)|(?=\. Running)|Error: |\|"
    assert [part for part in re.split(filled_in, frame._STREAMLITS) if part.strip() not in program] == []


def test_it_is_compiled(language, catalogue):
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    fresh = gettext.GNUTranslations(compiled)
    ships = gettext.translation("kd", LOCALE, [language])
    for each in (fresh, ships):
        del each._catalog[""]  # it says when it was compiled
    assert ships._catalog == fresh._catalog
    assert [ships.plural(number) for number in range(1_001)] == [*map(fresh.plural, range(1_001))]


def test_what_is_as_in_english_is_a_name_or_a_word_of_both(language, catalogue):
    both = set(SAME.get(language, "").split())
    same = {english for _message, (english, form) in said(catalogue) if english == form}
    assert {text for text in same if {*filter(str.isalpha, WORD.findall(text))} - both} == set()


def test_every_form_of_a_term_is_found_whole(language):
    with translation._settled_on(translation._choose((language,), translation._folder)):
        for name, (forms, _meaning) in terms.TERMS.items():
            for form in translation._(forms).split("|"):
                assert form.strip() == form != "", name
                assert terms.first_stands(name, f"({form})") == (1, 1 + len(form)), (name, form)
