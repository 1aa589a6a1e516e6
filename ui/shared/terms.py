"""Terms one can tap to see what they mean; names and meanings are in `kd.text.terms`.

`quiet` and `verdict` of `ui.shared.pieces` take the names, too.
"""

import re
from html import escape
from zlib import crc32

import streamlit as st

from kd.text.terms import TERMS, first_stands, meaning
from kd.text.translation import _


def explained(words: str, *names: str) -> str:
    """Returns a sentence as HTML in which each of these terms, where it first stands, can be tapped."""
    places = sorted((*place, name) for name in names if (place := first_stands(name, words)))
    found, meanings, last = "", "", 0
    for start, end, name in places:
        if start >= last:  # “T” is no term of its own within “T²”
            term, said = _term(name, words[start:end], words)
            found += escape(words[last:start]) + term
            meanings, last = meanings + said, end
    # no line ends between a term and the bracket before it, or the full stop after it
    glued = r'<span class="kd-glued">\1</span>'
    return re.sub(r"([^\s>]*<button .*?</button>[^\s<]*)", glued, found + escape(words[last:])) + meanings


def to_explain(*names: str) -> list[tuple[str, str]]:
    """Returns terms as the browser explains them: the forms in which each stands, and what it means."""
    return [(_(TERMS[name][0]), meaning(name)) for name in names]


def glossary(*names: str) -> None:
    """Draws a line of terms, each of which can be tapped."""
    terms = [_term(name, _(TERMS[name][0]).partition("|")[0]) for name in names]
    line, meanings = " · ".join(term for term, _said in terms), "".join(said for _word, said in terms)
    st.html(f'<p class="kd kd-quiet">{line}{meanings}</p>')


def _term(name: str, text: str, within: str = "") -> tuple[str, str]:
    """Returns a term and what it means, as HTML. A browser opens and closes it itself, also by keyboard."""
    place = f"kd-term-{name}-{crc32(within.encode()):x}"
    return (
        f'<button type="button" class="kd-term" popovertarget="{place}">{escape(text)}</button>',
        f'<span popover id="{place}" class="kd-explains">{escape(meaning(name))}</span>',
    )
