"""A study from its composition to its cells, in a browser: it fills, pauses, survives a reload, goes on."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import unused_seed

MINUTES = 60_000


def test_compose_a_study_watch_it_fill_pause_reload_go_on_and_open_a_cell(page: Page, site):
    setting = f"teacher=notebook&train_size=200&seed={unused_seed()}&seeds=3"
    page.goto(f"{site.url}/sweep?{setting}&vary=alpha:0.1,0.5")
    hint, shown = page.locator(".kd-hint"), page.locator(".st-key-sweep_shown")
    expect(hint).to_contain_text("2 cells × 3 seeds: 6 runs")
    expect(page.get_by_role("status")).to_contain_text("distillation helps in")

    # a second axis, a value of one's own, and one seed less
    page.get_by_role("combobox", name="and vary").click()
    page.get_by_role("option", name="T, temperature").click()
    expect(hint).to_contain_text("6 cells × 3 seeds: 18 runs")
    values = page.get_by_role("combobox", name="Values of “α, weight of the true labels”")
    values.fill("0.85")
    values.press("Enter")
    expect(hint).to_contain_text("9 cells × 3 seeds: 27 runs")
    page.keyboard.press("Escape")
    page.get_by_role("slider", name="Seeds in each cell").press("ArrowLeft")
    expect(hint).to_contain_text(re.compile("9 cells × 2 seeds: 18 runs, about "))

    page.get_by_role("button", name="Start", exact=True).click()
    expect(page).to_have_url(re.compile("study=[0-9a-f]{12}"))
    expect(shown).to_contain_text(re.compile(r"[1-9]\d* of 18 runs"), timeout=3 * MINUTES)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(shown).to_contain_text("Paused: ")
    page.reload()
    expect(shown).to_contain_text("Paused: ")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(shown).to_contain_text("18 runs, all finished.", timeout=3 * MINUTES)
    expect(page.get_by_role("status")).to_contain_text("9 cells have too few repeats")  # with two seeds

    cells = page.locator(".st-key-figure-sweep-map .mark-rect.role-mark").last.locator("path")
    expect(cells).to_have_count(9)
    cells.last.click()
    expect(shown.locator(".kd-sentence")).to_contain_text("α 0.85, T 20. ")
    expect(shown).to_contain_text("Gain along T, temperature, at α = 0.85.")
    page.get_by_role("button", name="Open in Train").click()
    expect(page).to_have_url(re.compile(r"/train\?.*run=[0-9a-f]{12}"))
    expect(page.locator(".kd-head")).to_contain_text("α 0.85 · T 20")
