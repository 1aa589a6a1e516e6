"""A drawing stays: on the canvas, whatever you look at in between, and among the last drawings."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kd.config import RunConfig
from tests.stored_runs import copies

SEVEN = [(0.25, 0.22), (0.76, 0.22), (0.5, 0.8)]
ONE = [(0.5, 0.15), (0.5, 0.85)]
CANVAS = ".st-key-canvas_frame canvas"
DRAWN = "Your drawing, as the models see it."
NOTHING = "Nothing is drawn yet"


def stroke(page: Page, points: list[tuple[float, float]], steps: int = 12, lift: bool = True) -> None:
    canvas = page.locator(CANVAS).last  # the topmost of three, in the component's shadow tree
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = points[0]
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=steps)
    if lift:
        page.mouse.up()


def draw_by_keys(page: Page) -> None:
    """Draws a seven as the same strokes, with arrow keys."""
    page.get_by_role("application").focus()
    for key in ("ArrowUp",) * 6 + ("ArrowLeft",) * 4 + ("Space",) + ("ArrowRight",) * 8:
        page.keyboard.press(key)
    page.keyboard.down("ArrowLeft")  # and aslant
    for key in ("ArrowDown",) * 8:
        page.keyboard.press(key)
    page.keyboard.up("ArrowLeft")


def ink(page: Page) -> int:
    """How many pixels of the visible canvas are not black."""
    return page.locator(CANVAS).first.evaluate(
        """(first) => {
            const all = [...first.getRootNode().querySelectorAll('canvas')];
            const lit = (c) => {
                const {data} = c.getContext('2d').getImageData(0, 0, c.width, c.height);
                let n = 0;
                for (let i = 0; i < data.length; i += 4) n += data[i] > 100 && data[i + 3] > 100;
                return n;
            };
            return Math.max(0, ...all.map(lit));
        }"""
    )


def expect_ink(page: Page, near: int) -> None:
    """Wait until the canvas shows about this much ink."""
    expect(page.locator(CANVAS).last).to_be_visible()
    for _ in range(100):
        if abs(ink(page) - near) <= 0.1 * near:
            return
        page.wait_for_timeout(100)
    assert abs(ink(page) - near) <= 0.1 * near


def kept(page: Page):
    """The buttons that bring back the last drawings."""
    return page.get_by_test_id("stButtonGroup").filter(has_text="Go back to").get_by_role("radio")


def what_they_see(page: Page) -> str:
    return page.get_by_alt_text("The 28 by 28 pixels that the models see").get_attribute("src")


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


@pytest.fixture
def another_run(site):
    """A second finished run to choose: the included run's files under other settings."""
    config = RunConfig(seed=5)
    with copies(site.log.parent, [config]):
        yield config.run_id


def test_a_drawing_outlives_its_page_its_kind_of_input_and_its_run(page: Page, site, another_run):
    page.goto(f"{site.url}/draw")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    stroke(page, SEVEN)
    expect(page.get_by_text(DRAWN)).to_be_visible()
    expect(kept(page)).to_have_count(1)
    drawn, seen = ink(page), what_they_see(page)
    assert drawn > 1000

    go(page, "Runs")
    go(page, "Draw")
    expect(page.get_by_text(DRAWN)).to_be_visible()
    expect_ink(page, drawn)
    assert what_they_see(page) == seen
    expect(kept(page)).to_have_count(1)

    page.get_by_role("radio", name="Test pictures").click()
    expect(page.get_by_text("Its label says")).to_be_visible()
    page.get_by_role("radio", name="Draw", exact=True).click()
    expect(page.get_by_text(DRAWN)).to_be_visible()
    expect_ink(page, drawn)
    assert what_they_see(page) == seen

    # another pen width affects only what is drawn from now on
    pen = page.get_by_role("slider", name="Pen width")
    pen.focus()
    page.keyboard.press("ArrowLeft")
    expect(pen).to_have_value("21")
    page.wait_for_timeout(500)
    expect_ink(page, drawn)
    assert what_they_see(page) == seen

    page.get_by_role("combobox", name="Run whose models answer").fill("seed 5")
    page.get_by_role("option", name=re.compile("seed 5$")).click()
    expect(page).to_have_url(re.compile(another_run))
    page.wait_for_timeout(500)
    expect_ink(page, drawn)
    assert what_they_see(page) == seen

    # the same drawing goes on: one entry
    stroke(page, [(0.3, 0.55), (0.75, 0.55)])
    expect(page.get_by_alt_text("The 28 by 28 pixels that the models see")).not_to_have_attribute("src", seen)
    expect(kept(page)).to_have_count(1)
    assert ink(page) > drawn

    # Undo takes back also what was drawn before the canvas left the page
    undo = page.get_by_role("button", name="Undo")
    undo.click()
    expect_ink(page, drawn)
    for _ in range(20):
        undo.click()
        page.wait_for_timeout(500)
        if page.get_by_text(NOTHING).is_visible():
            break
    expect(page.get_by_text(NOTHING)).to_be_visible()


def test_a_drawing_on_a_cleared_canvas_is_a_new_one(page: Page, site):
    page.goto(f"{site.url}/draw")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    stroke(page, SEVEN)
    expect(kept(page)).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text(NOTHING)).to_be_visible()
    go(page, "Runs")
    go(page, "Draw")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    expect_ink(page, 0)
    stroke(page, ONE)
    expect(page.get_by_text(DRAWN)).to_be_visible()
    expect(kept(page)).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(NOTHING)).to_be_visible()
    stroke(page, [(0.2, 0.2), (0.8, 0.8)])
    expect(page.get_by_text(DRAWN)).to_be_visible()
    expect(kept(page)).to_have_count(3)


def test_the_page_says_that_the_canvas_is_empty_however_soon_a_stroke_is_taken_back(page: Page, site):
    page.goto(f"{site.url}/draw")
    undo, clear = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Clear"))
    for take_back in (undo.click, lambda: clear.press("Enter")):
        expect(page.get_by_text(NOTHING)).to_be_visible()
        stroke(page, SEVEN)
        expect(page.get_by_text(DRAWN)).to_be_visible()  # the browser says so first
        take_back()
    expect(page.get_by_text(NOTHING)).to_be_visible()
    expect_ink(page, 0)
