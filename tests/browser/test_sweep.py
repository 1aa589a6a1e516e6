"""The map and the repeats of its cells, and a study that fills, pauses, survives a reload and goes on."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from kd.studies.shipped import shipped_study
from kd.studies.sure.single_seeds import adding_seeds, step_sentences
from kd.text.study_words import signed
from tests.browser.conftest import choose, unused_seed
from tests.browser.test_live import heard

MINUTES = 60_000


def test_compose_a_study_watch_it_fill_pause_reload_go_on_and_open_a_cell(page: Page, site):
    setting = f"teacher=notebook&train_size=200&seed={unused_seed()}&seeds=3"
    page.goto(f"{site.url}/sweep?{setting}&vary=alpha:0.1")
    hint, shown = page.locator(".kd-hint"), page.locator(".st-key-sweep_shown")
    # what an address varies is ready to start; below it, the map that came with the app
    expect(hint).to_contain_text("1 cell × 3 repeats: 3 runs")
    expect(page.locator(".kd-head")).to_contain_text("Distillation helps in")

    # a second axis, a value of one's own, and one seed less
    choose(page, "and vary", "T, temperature")
    expect(hint).to_contain_text("3 cells × 3 repeats: 9 runs")
    values = page.get_by_role("combobox", name="Values of “α, weight of the true labels”")
    values.fill("0.85")
    values.press("Enter")
    expect(hint).to_contain_text("6 cells × 3 repeats: 18 runs")
    page.get_by_role("slider", name="Repeats (seeds) in each cell").press("ArrowLeft")
    expect(hint).to_contain_text(re.compile("6 cells × 2 repeats: 12 runs, about "))

    page.get_by_role("button", name="Start", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("study=[0-9a-f]{12}"))
    expect(page.get_by_role("button", name="Start", exact=True)).to_have_count(0)  # the form has closed
    expect(shown).to_contain_text(re.compile(r"[1-9]\d* of 12 runs"), timeout=3 * MINUTES)
    page.get_by_role("button", name="Pause", exact=True).press("Enter")
    expect(shown).to_contain_text("Paused: ")
    page.reload()
    expect(shown).to_contain_text("Paused: ")
    page.get_by_role("button", name="Go on", exact=True).press("Enter")
    expect(shown).to_contain_text("12 runs, all finished.", timeout=3 * MINUTES)
    expect(page.locator(".kd-head")).to_contain_text("6 cells have too few repeats")  # with two seeds

    cells = page.locator(".st-key-figure-sweep-map .mark-rect.role-mark").last.locator("path")
    expect(cells).to_have_count(6)
    cells.last.click()
    expect(shown.locator(".kd-sentence")).to_contain_text("α 0.85, T 20. ")
    expect(shown).to_contain_text("Gain along T, temperature, at α = 0.85.")
    expect(page).to_have_url(re.compile(r"cell=0\.85(%2C|,)20"))
    page.get_by_role("button", name="Open this setting on Train").press("Enter")
    expect(page).to_have_url(re.compile(r"/train\?.*run=[0-9a-f]{12}"))
    expect(page.locator(".kd-head")).to_contain_text("α 0.85 · T 20")
    expect(page.get_by_role("slider", name="T, temperature")).to_have_attribute("aria-valuetext", "20")


def test_a_hatched_cell_says_why_to_a_finger_and_its_repeats_are_added_without_the_server(phone: Page, site):
    sent = heard(phone)
    phone.goto(f"{site.url}/sweep")
    map_, said = phone.locator(".st-key-figure-sweep-map"), phone.locator(".st-key-sweep_shown .kd-sentence")
    expect(map_).to_be_in_viewport(ratio=0.9)  # before any form
    cells = map_.locator(".mark-rect.role-mark").last.locator("path")
    expect(cells).to_have_count(42)
    cells.nth(39).tap()
    expect(said).to_contain_text("10,000 images, T 10. ")
    expect(phone.get_by_text("Zero is in the likely range")).to_be_in_viewport()
    expect(phone).to_have_url(re.compile(r"cell=10000(%2C|,)10"))
    phone.get_by_text("Repeats one by one").tap()

    runs = shipped_study().query(
        "train_size == 10000 and alpha == 0.1 and temperature == 10 and temperature_squared"
    )
    steps = adding_seeds(runs).steps
    figure = phone.locator(".st-key-live-adding-seeds")
    verdict, dots = figure.locator(".kd-verdict"), figure.locator("circle")
    slider = phone.get_by_role("slider", name="Repeats (seeds)")
    expect(phone.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    phone.wait_for_load_state("networkidle")
    slider.focus()
    before = len(sent)
    for number, sentence in enumerate(step_sentences(steps["by_number"], "by_number"), 1):
        expect(verdict).to_have_text(sentence)
        expect(dots).to_have_count(number)
        if number < 5:
            phone.keyboard.down("ArrowRight")
    assert len(sent) == before
    phone.keyboard.up("ArrowRight")
    expect(phone).to_have_url(re.compile(r"[?&]of_seeds=5"))
    phone.keyboard.press("ArrowLeft")
    phone.get_by_label("Order", exact=True).select_option("Largest gain first")
    expect(verdict).to_have_text(step_sentences(steps["largest_first"], "largest_first")[3])
    expect(phone).to_have_url(re.compile(r"[?&]of_order=largest_first"))
    last = steps["largest_first"][3]
    expect(dots.last.locator("title")).to_contain_text(f"Seed {last.seed} alone: {signed(last.own)} points")
