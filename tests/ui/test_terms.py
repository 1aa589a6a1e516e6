"""Terms one can tap: the first of each in a sentence, and nothing else of it becomes markup."""

import re
from html import unescape

from kd.text.terms import meaning
from ui.shared.terms import explained


def test_a_term_is_explained_where_it_first_stands_and_the_rest_stays_text():
    html = explained("<b> T² and T: 5 seeds & 3 seeds", "temperature", "seed", "temperature_squared", "bias")
    terms = re.findall(r'<button [^>]*popovertarget="([^"]+)">([^<]+)</button>', html)
    said = dict(re.findall(r'<span popover id="([^"]+)"[^>]*>(.+?)</span>', html))
    assert [text for _place, text in terms] == ["T²", "T", "seeds"]
    assert [*said] == [place for place, _text in terms]
    assert unescape(said[terms[2][0]]) == meaning("seed")
    rest = re.sub(r"<span popover.*?</span>|</?(?:span|button).*?>", "", html)
    assert rest == "&lt;b&gt; T² and T: 5 seeds &amp; 3 seeds"


def test_no_line_ends_between_a_term_and_the_bracket_or_full_stop_beside_it():
    html = explained("+7 (likely 3) seeds.", "interval", "seed")
    assert re.sub("<button.*?</button>|<span popover.*", "…", html) == (
        '+7 <span class="kd-glued">(…</span> 3) <span class="kd-glued">….</span>…'
    )
