"""Home in a browser: the voices move with T, and everything is in sight and readable."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from kd.text.terms import meaning
from tests.browser.test_pages import at_rest, resize

LABEL = "T, temperature: reveals second choices"

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


def voice(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def test_raising_t_makes_the_doubts_heard(page: Page, site):
    page.goto(site.url)
    at_rest(page)
    said = page.locator(".kd-live-views .kd-verdict")
    expect(said).to_contain_text("At T = 1, the teacher looks as sure as a label: 7 (96.4 %).")
    slider = page.get_by_role("slider", name=LABEL)
    for key in ("PageUp", "PageUp"):
        slider.press(key)
    expect(said).to_contain_text("At T = 4, the teacher's doubts show: 7 (53.5 %), but perhaps 8 (23.3 %).")
    expect(said).to_contain_text("scratch never saw them and says 4.")
    expect(page).to_have_url(re.compile(r"[?&]soft=4"))
    slider.press("End")
    expect(said).to_contain_text("At T = 100, all classes get nearly the same share")
    expect(voice(page, "Label").locator(".kd-unseen").nth(7)).to_have_text("7: 100.0 %")


# the first screen: touch, see and understand
SIZES = {1900: 900, 1400: 900, 1280: 720, 1024: 900, 390: 844}


def test_the_first_screen_says_it_all_no_line_is_long_and_nothing_runs_out(page: Page, site):
    page.goto(f"{site.url}/?soft=4")
    at_rest(page)
    for name, said in (("Teacher", "right"), ("Distilled", "right"), ("Scratch", "wrong")):
        expect(voice(page, name).get_by_text(said, exact=True)).to_be_visible()
    expect(voice(page, "Label").locator(".kd-live-judged")).to_have_count(0)
    verdict = page.locator(".kd-live-views .kd-verdict")
    for width, height in SIZES.items():
        resize(page, {"width": width, "height": height})
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
        box = verdict.bounding_box()
        assert box["y"] + box["height"] <= height, width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_text("Why this works").click()
    expect(page.get_by_text("Guess before you look")).to_be_visible()
    page.get_by_role("slider", name="Your guess, in percent").press("ArrowRight")
    guess = page.get_by_role("listitem").filter(has_text="Your guess")
    rows = page.locator(".kd-live-scale li")
    expect(guess.locator(".kd-live-number")).to_have_text("76 %")
    expect(rows.nth(3)).to_contain_text("?")
    page.get_by_role("button", name="Show me").click()
    expect(page.get_by_text("you guessed").or_(page.get_by_text("Well guessed"))).to_be_visible()
    expect(rows.nth(3)).to_contain_text(re.compile(r"\d\d.%"))
    assert page.locator(".kd-live-seed").count() == 15
    for width, height in SIZES.items():
        resize(page, {"width": width, "height": height})
        assert page.evaluate(LINES) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_five_touches_lead_from_a_guess_to_where_the_teacher_helps(phone: Page, site):
    phone.goto(site.url)
    at_rest(phone)
    left = iter(range(5))

    def touch(found: Locator) -> None:
        next(left)
        found.tap()

    touch(phone.get_by_role("slider", name="Your guess, in percent"))
    touch(phone.get_by_role("button", name="Show me"))
    touch(phone.get_by_role("button", name="percentage points"))
    expect(phone.get_by_text(meaning("points"))).to_be_visible()
    touch(phone.get_by_role("link", name="See where the teacher helps most"))
    expect(phone.get_by_role("heading", name="Sweep", level=1)).to_be_visible()
    expect(phone.get_by_text("with few images and a high T").first).to_be_in_viewport()
