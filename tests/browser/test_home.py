"""Home in a browser: the voices move with T, and everything is in sight and readable."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kd.config import RunConfig
from tests.browser.accessibility import faults

LABEL = "T, temperature: softens the three voices"

# The longest line of each paragraph on the page, in characters.
LINES = """() => [...document.querySelectorAll('[data-testid="stMain"] :is(p, h1)')].map(p => {
    const lines = new Map();
    const walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode());) {
        for (let at = 0; at < node.length; at += 1) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const box = range.getBoundingClientRect();
            const line = Math.round(box.bottom / 8);
            if (box.width) lines.set(line, 1 + (lines.get(line) ?? 0));
        }
    }
    return [Math.max(0, ...lines.values()), p.innerText];
}).filter(([longest, text]) => text && longest > 70)"""


def opened(page: Page, site, query: str = "") -> None:
    page.goto(f"{site.url}/{query}")
    expect(page.get_by_role("slider", name=LABEL)).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def voice(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def test_raising_t_makes_the_doubts_heard(page: Page, site):
    opened(page, site)
    said = page.locator(".kd-live-views .kd-verdict")
    expect(said).to_contain_text("At T = 1, the teacher sounds as sure as a label: 7 (96.4 %).")
    slider = page.get_by_role("slider", name=LABEL)
    for key in ("PageUp", "PageUp"):
        slider.press(key)
    expect(said).to_contain_text("At T = 4, the teacher has doubts: 7 (53.5 %), but perhaps 8 (23.3 %).")
    expect(said).to_contain_text("scratch never heard them and says 4.")
    expect(page).to_have_url(re.compile(r"[?&]soft=4"))
    slider.press("End")
    expect(said).to_contain_text("At T = 100, all digits sound nearly alike")
    expect(voice(page, "Label").locator(".kd-unseen").nth(7)).to_have_text("7: 100.0 %")


def test_right_and_wrong_are_said_in_words_and_it_is_accessible_in_both_themes(page: Page, site):
    opened(page, site, "?soft=4")
    for name, said in (("Teacher", "right"), ("Distilled", "right"), ("Scratch", "wrong")):
        expect(voice(page, name).get_by_text(said, exact=True)).to_be_visible()
    expect(voice(page, "Label").locator(".kd-live-judged")).to_have_count(0)
    assert faults(page, "Home") == []


# the first screen: touch, see and understand
SIZES = {1900: 900, 1400: 900, 1280: 720, 1024: 900, 390: 844}


@pytest.mark.parametrize("width", SIZES)
def test_the_first_screen_says_it_all_no_line_is_long_and_nothing_runs_out(page: Page, site, width):
    height = SIZES[width]
    page.set_viewport_size({"width": width, "height": height})
    opened(page, site, "?soft=4")
    box = page.locator(".kd-live-views .kd-verdict").bounding_box()
    assert box["y"] + box["height"] <= height
    page.get_by_text("Why this works").click()
    expect(page.get_by_text("Guess before you look")).to_be_visible()
    assert page.evaluate(LINES) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_button_trains_in_front_of_the_visitor(page: Page, site):
    opened(page, site)
    page.get_by_role("button", name="Train a student now").click()
    expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/train\?(.*&)?run=[0-9a-f]{12}"))
    assert RunConfig().run_id not in page.url
    page.get_by_text("More", exact=True).click()
    expect(page.get_by_label("Seed", exact=True)).not_to_have_value("0")
    expect(
        page.get_by_text(re.compile("Both students are learning|Distilled is|No difference")).first
    ).to_be_visible()
    page.go_back()
    expect(page.get_by_role("slider", name=LABEL)).to_be_visible()


def test_a_guess_moves_on_the_scale_and_five_seeds_answer_it(page: Page, site):
    opened(page, site)
    slider = page.get_by_role("slider", name="Your guess, in percent")
    guess = page.get_by_role("listitem").filter(has_text="Your guess")
    slider.press("ArrowRight")
    expect(guess.locator(".kd-live-number")).to_have_text("76 %")
    rows = page.locator(".kd-live-scale .kd-live-number")
    expect(rows.nth(3)).to_have_text("?")
    page.get_by_role("button", name="Show me").click()
    expect(page.get_by_text("you guessed").or_(page.get_by_text("Well guessed"))).to_be_visible()
    expect(rows.nth(3)).to_have_text(re.compile(r"^\d\d\.\d.%$"))
    assert page.locator(".kd-live-seed").count() == 15
    assert page.evaluate(LINES) == []
    assert faults(page, "Home, a guess answered") == []
