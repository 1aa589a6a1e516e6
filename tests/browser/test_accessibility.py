"""Every page, in each state and both themes, as axe-core sees it. Train while it trains: test_keyboard.py."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kd.lab import Lab
from tests.browser.accessibility import faults
from tests.browser.test_canvas import SEVEN, stroke
from tests.store.test_upkeep import save


def unfold(page: Page, *sections: str) -> None:
    # Streamlit sometimes forgets a section that is unfolded while the page is still being drawn
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    for section in sections:
        summary = page.locator("summary").filter(has_text=section).last
        unfolded = page.locator("details").filter(has=summary).last
        for _ in range(5):
            if unfolded.get_attribute("open") is None:
                summary.click()
            page.wait_for_timeout(250)
            if unfolded.get_attribute("open") is not None:
                break


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def expect_drawn(page: Page, figure: str) -> None:
    expect(page.locator(f".st-key-save-{figure}")).to_be_visible()


def choose(page: Page, option: str) -> None:
    page.get_by_role("radio", name=option, exact=True).click()


def test_home(page: Page, site):
    page.goto(site.url)
    unfold(page, "Why this works")
    unfold(page, "The formula")
    expect(page.locator(".katex").first).to_be_visible()
    assert faults(page, "Home") == []


def test_train(page: Page, site):
    page.goto(f"{site.url}/train")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    unfold(page, "More")
    found = faults(page, "Train")
    open_tab(page, "Playback")
    expect(page.locator(".kd-live-strip").last).to_be_visible()
    found += faults(page, "Train, played back")
    open_tab(page, "Inside")
    expect(page.locator(".kd-live-filters").last).to_be_visible()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    found += faults(page, "Train, architectures and a menu")
    page.keyboard.press("Escape")
    open_tab(page, "Errors")
    expect_drawn(page, "confusion-difference")
    found += faults(page, "Train, confusions")
    choose(page, "Fixed and broken")
    expect(page.locator(".kd-cards").first).to_be_visible()
    found += faults(page, "Train, fixed and broken")
    choose(page, "Sure and right")
    expect_drawn(page, "reliability")
    found += faults(page, "Train, sure and right")
    assert found == []


def test_draw(page: Page, site):
    page.goto(f"{site.url}/draw")
    expect(page.get_by_text("Nothing is drawn yet")).to_be_visible()
    unfold(page, "Why these answers?", "How would the students have read it earlier?")
    stroke(page, SEVEN)
    expect(page.get_by_text("Your drawing, as the models see it.")).to_be_visible()
    expect(page.locator(".kd-live-strip").last).to_be_visible()
    expect_drawn(page, "saliency-scratch")
    found = faults(page, "Draw, a drawing")
    choose(page, "Test pictures")
    expect(page.get_by_text("Its label says")).to_be_visible()
    found += faults(page, "Draw, a test picture")
    choose(page, "Upload")
    expect(page.get_by_text("Nothing is uploaded yet")).to_be_visible()
    found += faults(page, "Draw, an upload")
    assert found == []


def test_dark_knowledge(page: Page, site):
    page.goto(f"{site.url}/dark_knowledge")
    expect(page.locator(".kd-live-narrow .kd-live-svg")).to_be_visible()
    found = faults(page, "Dark knowledge, one picture")
    choose(page, "One digit")
    choose(page, "The pull on a student")
    expect(page.locator(".kd-live-narrow .kd-live-svg")).to_be_visible()
    found += faults(page, "Dark knowledge, the pull")
    choose(page, "Draw")
    choose(page, "All 10,000")
    expect_drawn(page, "mean-entropy")
    found += faults(page, "Dark knowledge, all pictures")
    assert found == []


def test_how_sure(page: Page, site):
    page.goto(f"{site.url}/how_sure?of_seeds=3")
    expect(page.locator(".st-key-live-adding-seeds circle")).to_have_count(3)
    found = faults(page, "How sure, seeds")
    choose(page, "Objectives")
    expect_drawn(page, "objectives-short")
    found += faults(page, "How sure, objectives")
    assert found == []


def test_experiments(page: Page, site):
    page.goto(f"{site.url}/experiments")
    expect(page.locator(".kd-shape").last).to_be_visible()
    found = faults(page, "Experiments, the shelf")
    page.goto(f"{site.url}/experiments?experiment=how_many_images")
    expect(page.locator(".kd-live-drawn circle")).to_have_count(6)
    found += faults(page, "Experiments, a curve to draw")
    page.goto(f"{site.url}/experiments?experiment=no_t_squared")
    page.get_by_role("button", name="Show the included result").click()
    expect(page.get_by_text("What it means")).to_be_visible()
    expect_drawn(page, "experiment-no-t-squared-long")
    found += faults(page, "Experiments, what came out")
    assert found == []


def test_sweep(page: Page, site):
    page.goto(f"{site.url}/sweep")
    for figure in ("sweep-map", "sweep-slice-train_size", "sweep-slice-temperature"):
        expect_drawn(page, figure)
    found = faults(page, "Sweep, the study that came with the app")
    unfold(page, "The same as a table")
    found += faults(page, "Sweep, a study as a table")
    assert found == []


@pytest.fixture
def run_to_delete(site):
    lab = Lab(site.log.parent)
    run_id = save(lab, 91)
    yield run_id
    lab.store.runs.remove(run_id)
    lab.close()


def test_runs_and_a_wrong_address(page: Page, site, run_to_delete):
    page.goto(f"{site.url}/dark_knowledge?run=none&T=hot")
    expect(page.get_by_test_id("stAlert")).to_have_count(2)
    found = faults(page, "Dark knowledge, a wrong address")
    page.goto(f"{site.url}/runs?fold=false&ticked={run_to_delete}")
    delete = page.locator(".st-key-runs_delete").get_by_role("button")
    expect(delete).to_be_enabled()
    found += faults(page, "Runs")
    delete.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    found += faults(page, "Runs, one deleted")
    assert found == []


# The longest time, in seconds, that anything on the page takes to move or to change its colour.
LONGEST = """() => Math.max(...[...document.querySelectorAll('body, body *')].flatMap(element => {
    const { animationDuration, transitionDuration } = getComputedStyle(element);
    return `${animationDuration}, ${transitionDuration}`.split(', ').map(parseFloat);
}))"""


def test_nothing_moves_for_those_who_ask_for_less_motion(page: Page, site):
    page.goto(f"{site.url}/draw")
    expect(page.get_by_text("Nothing is drawn yet")).to_be_visible()
    assert page.evaluate(LONGEST) > 0.05
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(LONGEST) <= 0.001
