"""The list of runs in two windows at once."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from kd.lab import Lab
from tests.store.test_upkeep import save


def test_a_window_says_at_once_that_another_window_deleted_the_run(page: Page, site):
    lab = Lab(site.log.parent)
    run_id = save(lab, 77)
    lab.close()

    def delete(window: Page):
        return window.locator(f".st-key-delete_{run_id}").get_by_role("button", name="Delete")

    other = page.context.new_page()
    for window in (page, other):
        window.goto(f"{site.url}/runs")
        expect(delete(window)).to_have_count(1)
    delete(page).click()
    expect(page.get_by_text("Deleted:")).to_be_visible()
    delete(other).click()
    expect(other.get_by_text("This run has already been deleted")).to_be_visible()
    expect(delete(other)).to_have_count(0)
    other.get_by_role("button", name="Undo").click()
    expect(delete(other)).to_be_visible()
    expect(other.get_by_text("This run has already been deleted")).to_be_hidden()
    page.reload()
    expect(delete(page)).to_have_count(1)
    delete(page).click()  # leaves the site as it was
    expect(delete(page)).to_have_count(0)
