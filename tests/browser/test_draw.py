"""Draw in a browser: canvas and answers in sight together, and a drawing that is taken to Dark knowledge."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.test_canvas import DRAWN, NOTHING, SEVEN, go, stroke
from tests.browser.test_pages import resize

ROWS = ("Teacher", "Distilled", "Scratch")


def opened(page: Page, site, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{site.url}/draw")
    expect(page.get_by_role("region", name="Scratch", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def test_canvas_and_all_answers_are_in_sight_together(page: Page, site):
    opened(page, site, 390, 844)
    expect(page.get_by_text(NOTHING)).to_be_visible()
    for width, height in ((390, 844), (1024, 768), (1280, 720), (1400, 900)):
        resize(page, {"width": width, "height": height})
        canvas = page.locator("canvas").last.bounding_box()
        assert canvas["y"] >= 0
        for name in ROWS:
            box = page.get_by_role("region", name=name, exact=True).bounding_box()
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height, name
            assert box["y"] >= canvas["y"] + canvas["height"] or box["x"] >= canvas["x"] + canvas["width"], (
                name
            )
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_drawing_goes_to_dark_knowledge_and_back(page: Page, phone: Page, site):
    opened(page, site, 1400, 900)
    stroke(page, SEVEN)
    expect(page.get_by_text(DRAWN)).to_be_visible()
    seen = page.get_by_alt_text("The 28 by 28 pixels that the models see").get_attribute("src")
    page.get_by_role("button", name="See its dark knowledge").click()
    expect(page.get_by_role("heading", name="Dark knowledge", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/dark_knowledge\?.*source=draw"))
    expect(page.get_by_alt_text("The picture, 28 by 28 pixels")).to_have_attribute("src", seen)
    address = page.url
    go(page, "Draw")
    expect(page.get_by_text(DRAWN)).to_be_visible()
    # whoever gets the address sees the page with a canvas of their own
    phone.goto(address)
    expect(phone.get_by_text(NOTHING)).to_be_visible()
