"""Training as one moves, in a browser: let go of a control, and the verdict comes by itself."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from kd.config import RunConfig
from kd.engine import processes
from tests.browser.conftest import unused_seed

MINUTES = 60_000
QUICK = RunConfig(teacher="notebook", train_size=100, epochs=20)


def opened(page: Page, url: str, config: RunConfig) -> None:
    """Train with this setting, which nobody has trained, on its controls."""
    default = RunConfig().to_dict()
    query = "&".join(f"{name}={value}" for name, value in config.to_dict().items() if value != default[name])
    page.goto(f"{url}/train?{query}")
    expect(page.get_by_role("status")).to_contain_text("Not in the study: the notebook's teacher")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def move(page: Page, name: str) -> None:
    """Press a slider's arrow key once."""
    page.get_by_role("slider", name=name).focus()
    page.keyboard.press("ArrowRight")


def expect_verdict(page: Page, config: RunConfig) -> None:
    expect(page).to_have_url(re.compile(f"run={config.run_id}"))
    expect(page.locator(".kd-head")).to_contain_text(f"α {config.alpha:g} · T {config.temperature:g}")
    verdict = re.compile(r"distilled (student )?is|equally often|ot judged yet")
    expect(page.get_by_role("status")).to_contain_text(verdict, timeout=3 * MINUTES)


def test_let_go_of_alpha_and_the_new_verdict_comes_while_the_old_run_stays_in_sight(page: Page, site):
    config = QUICK.replace(seed=unused_seed())
    opened(page, site.url, config)
    move(page, "α, weight of the true labels")
    expect_verdict(page, config.replace(alpha=0.15))
    expect(page.get_by_role("slider", name="α, weight of the true labels")).to_be_focused()
    expect(page.get_by_role("button", name="Hide your last run")).to_be_visible()
    expect(
        page.get_by_text("Gain over scratch against α, weight of the true labels: 2 runs.")
    ).to_be_attached()
    move(page, "T, temperature")
    expect_verdict(page, config.replace(alpha=0.15, temperature=15))
    expect(page.get_by_role("button", name="Hide your last 2 runs")).to_be_visible()
    expect(page.get_by_text("Gain over scratch against T, temperature: 3 runs.")).to_be_attached()

    page.go_back()  # a move is one entry in the history, with its run
    expect_verdict(page, config.replace(alpha=0.15))
    expect(page.get_by_role("slider", name="T, temperature")).to_have_attribute("aria-valuetext", "10")
    page.go_back()
    expect(page).to_have_url(re.compile(f"run={RunConfig().run_id}"))
    expect(page.get_by_role("slider", name="α, weight of the true labels")).to_have_attribute(
        "aria-valuetext", "0.1"
    )
    page.go_forward()
    page.go_forward()
    expect_verdict(page, config.replace(alpha=0.15, temperature=15))


def test_the_engine_lost_while_one_moves_is_one_sentence_and_the_run_goes_on(page: Page, site):
    config = QUICK.replace(seed=unused_seed())
    opened(page, site.url, config)
    move(page, "α, weight of the true labels")
    expect_verdict(page, config.replace(alpha=0.15))  # so there is an engine now
    (engine,) = [process for process in site.family() if "kd.engine" in process.cmdline()]
    family = processes.family_of(engine.pid)
    for process in family:
        if process != engine:
            process.suspend()  # what computes does not end before the engine is killed
    move(page, "α, weight of the true labels")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    processes.kill(family)
    lost = page.get_by_text("The training processes were lost; the run starts again once they are back").first
    expect(lost).to_be_visible(timeout=MINUTES)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect_verdict(page, config.replace(alpha=0.2))


def test_what_changed_leads_to_all_pictures_that_were_fixed(page: Page, site):
    page.goto(f"{site.url}/train")
    expect(page.locator(".kd-strip img")).to_have_count(12)
    page.get_by_role("button", name="Look at all of them").click()
    expect(page.get_by_role("tab", name="Errors")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".kd-cards figure")).to_have_count(12)
    expect(page.locator(".st-key-save-fixed-and-broken")).to_be_visible()
    page.wait_for_function(  # both at once: the page may still scroll
        """() => {
          const place = (name) =>
            document.querySelector(`.st-key-${name}-fixed-and-broken`).getBoundingClientRect();
          const [row, icon] = ["figure", "save"].map(place);
          return Math.abs(icon.y - row.y) < 10 && icon.right > row.right - 10;
        }"""
    )
