"""The switch of languages in a browser, which keeps what was chosen."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def test_the_language_is_chosen_by_keyboard_at_once_and_for_the_next_visit(page: Page, site):
    page.goto(f"{site.url}/sweep?show=repeats")
    expect(page.get_by_role("radio", name="Repeats")).to_be_checked()
    page.get_by_role("radio", name="English").press("ArrowRight")
    portuguese = page.get_by_role("radio", name="Português (Brasil)")
    portuguese.press("Enter")
    expect(portuguese).to_be_checked()
    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    expect(portuguese).to_be_focused()
    expect(page).to_have_title("Varredura · KD Lab")
    expect(page).to_have_url(re.compile(r"show=repeats.*lang=pt-BR"))
    expect(page.get_by_role("radio", name="Repetições")).to_be_checked()
    page.goto(f"{site.url}/class")
    expect(page).to_have_title("Turma · KD Lab")
    expect(page).not_to_have_url(re.compile("lang"))
    page.goto(f"{site.url}/class?lang=en")
    expect(page).to_have_title("Class · KD Lab")


def test_on_a_phone_it_stands_in_the_opened_navigation(phone: Page, site):
    phone.goto(f"{site.url}/class")
    phone.get_by_test_id("stExpandSidebarButton").tap()
    portuguese = phone.get_by_role("radio", name="Português (Brasil)")
    expect(portuguese).to_be_in_viewport(ratio=1)
    portuguese.tap()
    expect(phone.get_by_role("heading", name="Turma", level=1)).to_be_attached()
    expect(portuguese).to_be_checked()
