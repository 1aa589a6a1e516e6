"""What the person who runs the server reads: one line per event, and nothing else."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from kd.config import RunConfig

MINUTES = 60_000
STARTED = re.compile(
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ Uvicorn server started on .*"
    r"|  You can now view your Streamlit app in your browser\.|  URL: http://\S+"
)
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
EVENTS = r"(begins|finished|is being stopped|stopped|deleted|brought back)"
HAPPENED = re.compile(TIME + r"  run [0-9a-f]{12} " + EVENTS + r"\b.*")


def test_the_log_has_one_line_per_event_and_no_others(page: Page, site):
    config = RunConfig(teacher="notebook", train_size=1000, epochs=1, seed=77)
    moved = ("teacher", "train_size", "epochs", "seed")
    before = len(site.log.read_text(encoding="utf-8").splitlines())
    query = "&".join(f"{name}={getattr(config, name)}" for name in moved)
    page.goto(f"{site.url}/train?{query}")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page).to_have_url(re.compile(f"run={config.run_id}"))
    expect(page.get_by_text(re.compile("trained on"))).to_be_visible(timeout=4 * MINUTES)
    page.wait_for_timeout(1000)  # the page may know earlier than the log

    every = site.log.read_text(encoding="utf-8").splitlines()
    first = next((at for at, line in enumerate(every) if not STARTED.fullmatch(line)), len(every))
    lines = [*every[:first], *every[before:]]  # what it began with, and what came of this run
    other = [line for line in lines if not STARTED.fullmatch(line) and not HAPPENED.fullmatch(line)]
    assert other == []
    of_the_run = [HAPPENED.fullmatch(line)[1] for line in lines if f"run {config.run_id} " in line]
    assert of_the_run == ["begins", "finished"]
