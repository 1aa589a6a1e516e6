"""What a person without a mouse does."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.browser.accessibility import faults
from tests.browser.test_canvas import DRAWN, NOTHING, draw_by_keys
from tests.browser.test_pages import at_rest
from ui.shared.steady_button import PAUSE

MINUTES = 60_000


def test_train_becomes_stop_and_then_train_again_and_keeps_the_focus(page: Page, site):
    page.goto(f"{site.url}/train?train_size=60000&epochs=20&seed=42")
    button = page.get_by_role("button", name="Train", exact=True)
    expect(button).to_be_visible()
    at_rest(page)
    tab_to(page, "st-key-train$")
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


# What has the focus: its tag, its label, and the part of the page in which it is.
ACTIVE = """() => {
    const focused = document.activeElement;
    const part = focused.closest('[class*=st-key-]')?.className.match(/st-key-\\S+/)[0];
    return `${focused.tagName} ${focused.getAttribute('aria-label') ?? ''} ${part ?? ''}`;
}"""


def tab_to(page: Page, what: str) -> None:
    """Presses Tab until something of this label, or in this part of the page, has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if re.search(what, page.evaluate(ACTIVE)):
            return
    pytest.fail(f"Tab does not lead to {what}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def expect_focus(page: Page, what: str) -> None:
    """Waits until this has the focus: a page that is drawn anew gives it a moment later."""
    page.wait_for_function(f"what => new RegExp(what).test(({ACTIVE})())", arg=what)


def test_a_digit_is_drawn_by_keyboard(page: Page, site):
    page.goto(f"{site.url}/draw")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    expect(page.get_by_role("application", name="Square to draw in")).to_be_visible()
    tab_to(page, "Square to draw in")
    assert page.evaluate(FOCUSED)[1]
    draw_by_keys(page)
    status = page.locator(".kd-canvas-says")
    expect(status).to_have_text("25 across, 60 down")
    press(page, "Space")
    expect(status).to_have_text("Pen up. 25 across, 60 down")
    expect(page.get_by_text(DRAWN)).to_be_visible()
    expect_focus(page, "Square to draw in")
    expect(page.get_by_role("region", name="Teacher", exact=True)).to_contain_text("7")


def test_the_focus_goes_on_where_what_had_it_is_gone(page: Page, site):
    page.goto(f"{site.url}/experiments")
    at_rest(page)
    tab_to(page, "card_never_saw_it")
    press(page, "Enter")  # a card leaves with its shelf
    expect(page.get_by_role("heading", level=1)).to_contain_text("never saw")
    expect_focus(page, "A .*experiment_ask")
    at_rest(page)
    tab_to(page, "experiment_guess")
    press(page, "Space")
    tab_to(page, "experiment_included")
    press(page, "Enter")
    expect_focus(page, "experiment_again")
    press(page, "Enter")
    expect(page.get_by_role("button", name="See the included result")).to_be_visible()
    page.wait_for_function("document.activeElement !== document.body")
    page.goto(f"{site.url}/sweep")
    at_rest(page)
    tab_to(page, "sweep_form")
    press(page, "Enter")
    expect(page.get_by_role("dialog").get_by_role("combobox").first).to_be_visible()
    press(page, "Tab")  # what unfolds comes next
    assert page.evaluate("Boolean(document.activeElement.closest('[role=dialog]'))")
    press(page, "Escape")
    expect_focus(page, "sweep_form")


def test_a_run_is_ticked_deleted_and_brought_back_by_keyboard(page: Page, site, run_to_delete):
    page.goto(f"{site.url}/runs?fold=false")
    at_rest(page)
    tab_to(page, "^CANVAS")
    press(page, "Shift+Space")
    expect(page).to_have_url(re.compile("ticked="))
    page.goto(f"{site.url}/runs?fold=false&ticked={run_to_delete}")
    expect(page.locator(".st-key-runs_delete").get_by_role("button")).to_be_enabled()
    at_rest(page)
    tab_to(page, "runs_delete")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.wait_for_function("document.activeElement !== document.body")
    tab_to(page, "runs_undo")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    page.wait_for_function("document.activeElement !== document.body")


def test_on_a_phone_no_folded_navigation_takes_the_focus(phone: Page, site):
    phone.goto(f"{site.url}/experiments")
    expect(phone.locator(".st-key-card_never_saw_it a")).to_be_visible()
    tab_to(phone, "card_")
    while phone.evaluate("document.activeElement !== document.body"):
        phone.keyboard.press("Shift+Tab")
        beside = phone.evaluate("document.activeElement.getBoundingClientRect().right <= 0")
        assert not beside, phone.evaluate(ACTIVE)


def test_on_a_phone_the_focus_goes_into_what_opens_and_back(phone: Page, site):
    phone.goto(f"{site.url}/sweep")
    at_rest(phone)
    phone.get_by_role("button", name="Make your own map").tap()
    expect(phone.get_by_role("dialog").get_by_role("combobox").first).to_be_visible()
    press(phone, "Tab")
    assert phone.evaluate("Boolean(document.activeElement.closest('[role=dialog]'))")
    press(phone, "Escape")
    expect_focus(phone, "^BUTTON .*sweep_form")
    phone.get_by_test_id("stExpandSidebarButton").tap()
    phone.get_by_role("button", name="Share").tap()
    shared = phone.get_by_role("dialog", name="Share")
    expect(shared).to_be_visible()
    phone.wait_for_timeout(1000)  # a dialog lets the focus go once more, and takes it again
    expect(shared).to_be_focused()
    press(phone, "Escape")
    expect(shared).to_have_count(0)
    phone.wait_for_function("document.activeElement !== document.body")


def test_a_picture_is_chosen_or_uploaded_and_a_run_played_back_by_keyboard(page: Page, site):
    page.goto(f"{site.url}/draw?way=test")
    strip = page.locator(".st-key-strip-pictures svg image")
    expect(strip.first).to_have_role("button")
    tab_to(page, "^image")
    press(page, "ArrowRight", "ArrowDown", "ArrowLeft")
    assert page.evaluate(FOCUSED)[1]
    expect(strip.nth(1)).to_be_focused()
    number = strip.nth(1).get_attribute("aria-label").split(", label")[0]
    press(page, "Enter")
    expect(page.get_by_text(f"Test picture {number}. Its label says")).to_be_visible()
    at_rest(page)
    expect(strip.nth(1)).to_be_focused()  # or what was drawn anew in its place
    tab_to(page, "BUTTON  st-key-way")
    press(page, "ArrowRight", "ArrowRight", "Space")
    expect(page.get_by_text("Nothing is uploaded yet")).to_be_visible()
    at_rest(page)
    for _again in range(4):  # a busy browser may find that the key was pressed too long ago to open a window
        tab_to(page, "BUTTON  st-key-upload")
        with contextlib.suppress(TimeoutError), page.expect_file_chooser(timeout=20_000):
            press(page, "Enter")
            break
    else:
        pytest.fail("Enter does not let one choose a file")

    page.goto(f"{site.url}/train")
    at_rest(page)
    tab_to(page, "^DIV .*st-key-tab")
    press(page, "ArrowRight")
    # Streamlit 1.67 goes back to the first of two tabs if its answer comes just as the second is chosen
    expect(page.get_by_role("radiogroup", name="Look at")).to_be_visible()
    press(page, "ArrowRight")
    play, pause = (page.get_by_role("button", name=name, exact=True) for name in ("Play", "Pause"))
    expect(play).to_be_visible()
    page.evaluate("window.setInterval = () => 1")  # or a slow machine pauses what has ended
    tab_to(page, "^BUTTON  st-key-live-playback")
    expect(play).to_be_focused()
    press(page, "Enter")
    expect(pause).to_be_focused()
    press(page, "Enter")
    expect(play).to_be_focused()
    point = page.get_by_test_id("stTabs").get_by_role("slider")
    before = point.input_value()
    point.press("ArrowRight" if before == "0" else "ArrowLeft")
    expect(point).not_to_have_value(before)
