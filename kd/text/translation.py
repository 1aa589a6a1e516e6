"""What a person reads, in that person's language: gettext behind `_` and `ngettext`.

The sentences in the code are English. Another language is one folder, `locale/LANGUAGE/LC_MESSAGES/` in this
one, with a compiled catalogue `kd.mo` in it (docs/translating.md). Placeholders have names, and are filled
here: `_("{count} runs wait.", count=3)`.
"""

import contextlib
import gettext
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from decimal import Decimal
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

DOMAIN = "kd"
ENGLISH = "en"
_CONTEXT = "\x04"
"""What catalogues have between a context and its message."""


class Spoken(NamedTuple):
    """A language, the sentences in it, and what it writes in numbers instead of a point and a comma."""

    language: str
    catalogue: gettext.NullTranslations
    marks: Mapping[int, str] | None = None


_folder = str(Path(__file__).parent / "locale")
_settled: ContextVar[Spoken | None] = ContextVar("the language of this thread's reader", default=None)


def environment_languages() -> tuple[str, ...]:
    """Returns the languages that this process' environment asks for, read as gettext does."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return tuple(os.environ[name].split(":"))
    return ()


_wanted: Callable[[], Iterable[str]] = environment_languages


def ask_for_languages(wanted: Callable[[], Iterable[str]]) -> None:
    """Sets how to find out the reader's languages, the preferred first, such as ("de-CH", "fr").

    `wanted` is called for every sentence, unless `settle` was, and may answer differently in each thread.
    """
    global _wanted
    _wanted = wanted


def settle() -> None:
    """Asks for the reader's languages once, for all that this thread says from now on."""
    _settled.set(_choose(tuple(_wanted()), _folder))


@contextlib.contextmanager
def _settled_on(spoken: Spoken) -> Iterator[None]:
    token = _settled.set(spoken)
    try:
        yield
    finally:
        _settled.reset(token)


def in_language(language: str) -> contextlib.AbstractContextManager[None]:
    """Returns a context in which sentences are in this one of `languages`."""
    return _settled_on(_choose((language,), _folder))


def in_english() -> contextlib.AbstractContextManager[None]:
    """Returns a context in which sentences are in English, for programs that read them."""
    return in_language(ENGLISH)


def in_this_language(work: Callable[..., Any]) -> Callable[..., Any]:
    """Returns `work` for another thread to call: there, `_` uses the language that it uses here and now."""
    return _settled_on(_spoken())(work)


def language() -> str:
    """Returns the language that `_` uses now: part of the key of anything cached with words in it."""
    return _spoken().language


def language_tag() -> str:
    """Returns the language that `_` uses now as HTML and browsers name it, such as "pt-BR"."""
    return tag_of(language())


def languages() -> tuple[str, ...]:
    """Returns the languages that there are: English and one a catalogue, such as "pt_BR"."""
    return (
        ENGLISH,
        *sorted(path.parents[1].name for path in Path(_folder).glob(f"*/LC_MESSAGES/{DOMAIN}.mo")),
    )


def tag_of(language: str) -> str:
    """Returns a language as HTML and browsers name it, such as "pt-BR"."""
    return language.replace("_", "-")


def closest(*wanted: str) -> str | None:
    """Returns the first wanted language that there is, or another kind of it: "pt_BR" for "pt-PT"."""
    there = languages()
    for tag in wanted:
        parts = _parts(tag)
        kinds = [language for language in there if _parts(language)[0] == parts[0]]
        if kinds:
            return max(kinds, key=lambda kind: len({*_parts(kind)} & {*parts}))
        if parts[0] in ("c", "posix"):
            return ENGLISH
    return None


def _parts(tag: str) -> list[str]:
    return tag.partition(".")[0].partition("@")[0].replace("-", "_").lower().split("_")


@cache
def own_name(language: str) -> str:
    """Returns what a language calls itself, such as "Português (Brasil)"."""
    from babel import Locale, UnknownLocaleError  # as in `_marks`

    try:
        name = Locale.parse(language).get_display_name()
    except (UnknownLocaleError, ValueError):
        name = None
    return name[0].upper() + name[1:] if name else language


def _(message: str, /, **values: Any) -> str:
    """Returns a sentence in the reader's language, its named placeholders filled with `values`."""
    translated = message and _spoken().catalogue.gettext(message)  # "" is what says who translated
    if _CONTEXT in message:
        english = message.partition(_CONTEXT)[2]
        message, translated = english, english if translated == message else translated
    return _filled(translated, message, values) if values else translated


def pgettext(context: str, message: str, /, **values: Any) -> str:
    """Returns a sentence as `_`: that of its meaning in a context, such as "none" of "digits"."""
    both = f"{context}{_CONTEXT}{message}"
    return _(both, **values)


def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
    """Returns a sentence as `_`, in the form that the reader's language has for this number: its {count}."""
    translated = _plural(_spoken().catalogue, one, many, number)
    return _filled(translated, one if number == 1 else many, {"count": numeral(number), **values})


def numeral(number: float | Decimal, form: str = ",") -> str:
    """Writes a number as the reader's language does: 1615 → '1,615' or '1.615'.

    form: as Python's `format` has it. What programs read (exports, JSON, addresses) is no matter of language.
    """
    text, marks = format(number, form), _spoken().marks
    return text.translate(marks) if marks else text


def number_marks() -> tuple[str, str] | None:
    """Returns the reader's decimal sign and what parts thousands, unless they are a point and a comma."""
    marks = _spoken().marks
    return (marks[ord(".")], marks[ord(",")]) if marks else None


def N_(message: str) -> str:
    """Marks a constant for the catalogues. It stays English until `_` is called on it where it is shown."""
    return message


def NC_(context: str, message: str) -> str:
    """Marks a constant as `N_`, with its context as `pgettext`: to be shown by `_` alone, in English too."""
    return f"{context}{_CONTEXT}{message}"


_OF_EACH_FORM = (100, 11, 5, 3, 2, 1_000_000)
"""Numbers between which a language uses all its plurals, what it says of most numbers first."""


def _plural(catalogue: gettext.NullTranslations, one: str, many: str, number: int) -> str:
    """Returns the catalogue's form for a number, or another of its forms, or English by the rules of English.

    Compilers fill a form that has no translation with English, whatever numbers the language has it for. And
    where one thing and none, or twenty-one, share a form, it may be written for one alone, without {count}.
    """
    form_of, english = partial(catalogue.ngettext, one, many), one if number == 1 else many
    wanted = form_of(number)
    if wanted == english and (number == 1 or type(catalogue) is gettext.NullTranslations):
        return english

    def fits(form: str) -> bool:
        for_one_alone = "{count}" in many and "{count}" not in form and number != 1 and form == form_of(1)
        return form not in (one, many) and not for_one_alone

    return next((form for form in (wanted, *map(form_of, _OF_EACH_FORM)) if fits(form)), english)


def _filled(translated: str, message: str, values: Mapping[str, Any]) -> str:
    try:
        return translated.format(**values)
    except (LookupError, ValueError):  # a placeholder misspelt by a translator
        return message.format(**values)


def _spoken() -> Spoken:
    return _settled.get() or _choose(tuple(_wanted()), _folder)


@lru_cache(maxsize=1_000)
def _choose(wanted: tuple[str, ...], folder: str) -> Spoken:
    """Returns the first wanted language that has a catalogue; English if none has one."""
    language = closest(*wanted) or ENGLISH
    if language != ENGLISH:
        return Spoken(language, gettext.translation(DOMAIN, folder, [language]), _marks(language))
    return Spoken(ENGLISH, gettext.NullTranslations())


def _marks(language: str) -> Mapping[int, str] | None:
    from babel import Locale, UnknownLocaleError  # 20 ms, which English does not need

    try:
        symbols = Locale.parse(language).number_symbols["latn"]
    except (UnknownLocaleError, ValueError):
        return None
    return str.maketrans({".": symbols["decimal"], ",": symbols["group"]})
