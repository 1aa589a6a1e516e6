"""A lecturer's way: move, share, hide and lock; and what a phone that scans the code then shows."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import choose
from ui.shared.reached import qr_picture


def test_a_link_from_moved_sliders_opens_them_locked_and_hidden_on_a_phone(page: Page, phone: Page, site):
    page.goto(f"{site.url}/train?as_i_move=false")
    slider = page.get_by_role("slider", name="T, temperature")
    expect(slider).to_have_attribute("aria-valuetext", "10")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Share").click()
    shared = page.get_by_role("dialog", name="Share")
    shared.get_by_text("For a class").click()
    choose(page, "Hide", "α, weight of the true labels")
    page.keyboard.press("Tab")  # closes the menu, behind which all else is out of reach
    choose(page, "Lock", "T, temperature")
    page.keyboard.press("Tab")
    text = shared.get_by_role("textbox", name="Link")
    expect(text).to_have_value(re.compile("hide=alpha&lock=temperature$"))
    link = text.input_value()
    assert "temperature=15" in link
    expect(shared.locator(".kd-qr")).to_have_attribute("alt", link)
    source = shared.locator(".kd-qr").get_attribute("src")
    assert f'src="{source}"' in qr_picture(link)  # the code is of the text beside it
    page.context.grant_permissions(["clipboard-read"])
    shared.get_by_role("button", name="Copy link").click()
    expect(shared.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link

    parts = urlsplit(link)
    phone.goto(f"{site.url}{parts.path}?{parts.query}")
    slider = phone.get_by_role("slider", name="T, temperature")
    expect(slider).to_be_disabled()
    expect(slider).to_have_attribute("aria-valuetext", "15")
    expect(phone.get_by_text("Locked by the link you opened.")).to_be_visible()
    alpha = phone.locator(".kd-live-control", has_text="α, weight of the true labels")
    expect(alpha).to_be_hidden()
    room = phone.locator(".st-key-live-setting")
    expect(room).to_have_css("min-height", "0px")  # no gap where it was
    phone.get_by_role("button", name="Show all controls").tap()
    expect(slider).to_be_enabled()
    expect(alpha).to_be_visible()
