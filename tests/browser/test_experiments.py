"""An experiment from the guess to the verdict, in a browser: wide, and on a phone, which finds it stored."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from kd.studies.experiments import EXPERIMENTS
from tests.browser.test_live import heard
from tests.stored_runs import copies

MINUTES = 60_000
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


@pytest.fixture
def nearly_all_stored(site) -> Iterator[None]:
    """Stores all runs of an experiment with two seeds but one, which takes seconds to train."""
    found = EXPERIMENTS["never_saw_it"]
    with copies(site.log.parent, [config for config in found.runs(2) if config != found.setting]):
        yield


def test_guess_find_out_and_go_on_to_sweep_wide_and_on_a_phone(
    page: Page, phone: Page, site, nearly_all_stored
):
    page.goto(f"{site.url}/experiments?topic=mistakes")
    last = page.get_by_role("link", name="Keras' own default", exact=True)
    last.scroll_into_view_if_needed()
    left = page.evaluate(SCROLLED)
    assert left > 0
    last.click()
    heading = page.locator("h1")
    expect(heading).to_have_text("Keras' own default")
    page.wait_for_function(f"{SCROLLED} === 0")
    page.get_by_role("link", name="Back to the shelf").click()
    expect(last).to_be_in_viewport()
    page.wait_for_function(f"Math.abs({SCROLLED} - {left}) < 2")
    page.get_by_role("link", name="The digit it never saw", exact=True).click()
    expect(heading).to_have_text("The digit it never saw")
    expect(page).to_have_url(re.compile(r"/experiments\?experiment=never_saw_it"))
    page.go_back()
    expect(heading).to_have_text("Experiments")
    page.go_forward()
    expect(heading).to_have_text("The digit it never saw")
    page.get_by_text("Other repeats and settings").click()
    page.get_by_role("slider", name="Repeats (seeds)").press("Home")
    expect(page).to_have_url(re.compile(r"seeds=2"))
    page.get_by_text("more than half", exact=True).click()
    expect(page).to_have_url(re.compile(r"guess=most"))
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"guess="))
    expect(page.get_by_role("radio", name="more than half")).not_to_be_checked()
    page.get_by_text("more than half", exact=True).click()
    expect(page).to_have_url(re.compile(r"guess=most"))
    page.get_by_role("button", name="Run it yourself").click()
    expect(page).to_have_url(re.compile(r"seen=run"))
    guess, paper = (page.locator("details").filter(has_text=title) for title in ("Your guess", "The paper"))
    expect(guess).to_contain_text("You guessed “more than half”", timeout=3 * MINUTES)
    expect(page.get_by_role("status")).to_contain_text("so far")
    quote = paper.get_by_text("98.6% of the test 3s")
    expect(quote).to_be_hidden()
    paper.locator("summary").press("Enter")
    expect(quote).to_be_visible()

    # the bias moves without the server
    sent = heard(page)
    page.wait_for_load_state("networkidle")
    slider = page.get_by_role("slider", name="Bias")
    figure = page.locator("[class*='st-key-live-moved']")
    shares = figure.locator(".kd-live-number")
    slider.focus()
    before, at_first = len(sent), shares.first.text_content()
    page.keyboard.down("End")
    expect(shares.first).not_to_have_text(at_first)
    assert len(sent) == before
    page.keyboard.up("End")

    address = page.url
    page.get_by_role("link", name="Open in Sweep").click()
    expect(page).to_have_url(re.compile(r"/sweep\?.*vary=omitted_digits"))
    page.go_back()
    expect(guess).to_contain_text("You guessed “more than half”")

    # somebody else finds all of it stored, and guesses first all the same
    phone.goto(address.replace("seen=run", "").replace("guess=most", ""))
    expect(phone.get_by_role("button", name="See your own result")).to_be_visible()
    phone.get_by_text("next to none", exact=True).click()
    phone.get_by_role("button", name="See your own result").click()
    expect(phone.get_by_role("status")).to_be_in_viewport()


def test_a_curve_is_drawn_in_one_stroke_and_set_by_the_keyboard(page: Page, site):
    page.goto(f"{site.url}/experiments?experiment=how_many_images")
    drawing = page.locator(".kd-live-drawn svg")
    expect(page.locator(".kd-live-hint")).to_have_text("Draw your guess here.")
    dots = drawing.locator("circle")
    expect(dots).to_have_count(6)
    box, places = drawing.bounding_box(), [dot.bounding_box() for dot in dots.all()]
    top = box["y"] + 30
    page.mouse.move(places[0]["x"] + 8, top)
    page.mouse.down()
    page.mouse.move(places[-1]["x"] + 8, top + 150, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile("guess="))
    drawn = guess_in(page)
    assert len(drawn) == 6
    assert drawn == sorted(drawn, reverse=True)
    assert drawn[0] > drawn[-1]
    place = page.get_by_role("slider", name="Your guess at 20,000")
    place.press("ArrowDown")
    expect(page).not_to_have_url(re.compile(f"guess=.*{drawn[-1]:g}$"))
    assert guess_in(page)[:-1] == drawn[:-1]
    assert guess_in(page)[-1] < drawn[-1]
    expect(place).to_have_attribute("aria-valuetext", f"{guess_in(page)[-1]:g}".replace("-", "−"))


def guess_in(page: Page) -> list[float]:
    """The curve in the address."""
    text = page.evaluate("new URL(location).searchParams.get('guess')")
    return [float(each) for each in text.split(",")]
