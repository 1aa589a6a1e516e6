"""Text from outside is shown literally, as a second Markdown parser confirms."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.shared.markup import literal

JOINER = "\u2060"


def shown(markdown: str) -> str:
    """What the page shows: the text of a paragraph that contains no element."""
    html = MarkdownIt("commonmark", {"breaks": True}).enable(["table", "strikethrough"]).render(markdown)
    paragraph = re.fullmatch(r"(?:<p>([^<]*)</p>\n)?", html)
    assert paragraph, html
    return unescape(paragraph[1] or "")


@given(st.text(max_size=300))
@example("![x](http://example.org/p.png)")
@example("1. one\n2. two\n\n    code\n\n# heading\n---\n| a | b |\n|---|---|")
@example("&lt;b&gt; <b>bold</b> <!-- --> `code` **bold** _it_ ~~gone~~ \\")
def test_any_text_is_one_paragraph_of_itself(text):
    seen = shown(literal(text)).replace(JOINER, "")
    letters = [c if c.isprintable() else "\ufffd" for c in " ".join(text.split())]
    assert seen.replace(" ", "") == "".join(letters).replace(" ", "")
    assert "\n" not in seen


def test_invisible_characters_are_replaced_and_long_text_is_cut():
    assert shown(literal("a\u202eb\x07c\u200bd")) == "a\ufffdb\ufffdc\ufffdd"
    cut = shown(literal("x" * 10_000))
    assert len(cut) == 400
    assert cut.endswith("x…")
    sentence = "T must be a number between 0.5 and 20, got “nan”: it stands at 4. (α · T² – 10 %)"
    assert shown(literal(sentence)) == sentence  # one of our own
