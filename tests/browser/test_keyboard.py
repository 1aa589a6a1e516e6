"""What a person without a mouse does."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults
from ui.shared.steady_button import PAUSE

MINUTES = 60_000


def test_train_becomes_stop_and_then_train_again_and_keeps_the_focus(page: Page, site):
    page.goto(f"{site.url}/train?train_size=60000&epochs=20&seed=42")
    button = page.get_by_role("button", name="Train", exact=True)
    expect(button).to_be_visible()
    button.focus()
    stop, asked = (page.get_by_role("button", name=name, exact=True) for name in ("Stop", "Train anyway"))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # as in a double click: this must not stop what the first has started
    expect(stop.or_(asked)).to_be_focused()
    if asked.is_visible():  # a slow machine asks whether it should
        page.wait_for_timeout(1000 * PAUSE)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    expect(stop).to_be_focused()
    expect(page.get_by_text(re.compile("of 20", re.IGNORECASE)).first).to_be_visible(timeout=3 * MINUTES)
    assert faults(page, "Train, a run that trains") == []
    page.wait_for_timeout(1000 * PAUSE)
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("stopped", re.IGNORECASE)).first).to_be_visible(timeout=MINUTES)
    expect(button).to_be_focused()


# What has the focus, and whether a person sees that: an outline or a ring, on something that is not hidden.
FOCUSED = """() => {
    const focused = document.activeElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused);
    const marked = boxShadow !== 'none' || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
    let opacity = 1;
    for (let one = focused; one; one = one.parentElement) opacity *= getComputedStyle(one).opacity;
    return [focused.getAttribute('aria-label') || focused.innerText, marked && opacity === 1];
}"""


def test_the_focus_shows_on_links_and_on_a_charts_tools(page: Page, site):
    page.goto(f"{site.url}/train")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    places = {
        page.get_by_test_id("stSidebar").get_by_role("link", name="Home"): ("Train", "Draw"),
        page.get_by_role("button", name="Show data").first: ("Download as PNG",),
    }
    for start, names in places.items():
        start.focus()
        for name in names:
            page.keyboard.press("Tab")
            page.wait_for_timeout(300)  # what appears fades in
            said, seen = page.evaluate(FOCUSED)
            assert name in said
            assert seen, name
