"""Seeds are added in the browser: within a frame, nobody is asked, and what it says is what kd.text says."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from kd.studies.shipped import shipped_study
from kd.studies.sure.single_seeds import adding_seeds, step_sentences
from kd.text.study_words import signed
from tests.browser.test_live import heard, opened


def test_seeds_are_added_and_picked_without_asking_the_server(page: Page, site):
    runs = shipped_study().query(
        "train_size == 10000 and alpha == 0.1 and temperature == 10 and temperature_squared"
    )
    added = adding_seeds(runs)
    sent = heard(page)
    slider = opened(page, f"{site.url}/how_sure", "Number of seeds")
    page.wait_for_load_state("networkidle")
    figure = page.locator(".st-key-live-adding-seeds")
    said, dots = figure.locator(".kd-verdict"), figure.locator("circle")
    slider.focus()
    before = len(sent)
    for number, sentence in enumerate(step_sentences(added.steps["by_number"], "by_number"), 1):
        expect(said).to_have_text(sentence)
        expect(dots).to_have_count(number)
        if number < 5:
            page.keyboard.down("ArrowRight")
    assert len(sent) == before
    page.keyboard.up("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]of_seeds=5"))
    page.keyboard.press("ArrowLeft")
    page.get_by_label("Order of the seeds").select_option("Largest gain first")
    expect(said).to_have_text(step_sentences(added.steps["largest_first"], "largest_first")[3])
    expect(page).to_have_url(re.compile(r"[?&]of_order=largest_first"))
    last = added.steps["largest_first"][3]
    expect(dots.last.locator("title")).to_contain_text(f"Seed {last.seed} alone: {signed(last.own)} points")
