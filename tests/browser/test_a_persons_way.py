"""What a person does who trains: set α and T, train, watch, stop, reload; and what the server logs of it."""

from __future__ import annotations

import csv
import io
import re

from playwright.sync_api import Page, expect

from docs.accessibility import CONTROLS, LANDMARKS, LISTEN, aloud, parts
from kd.config import RunConfig
from tests import PROJECT
from tests.browser.conftest import unused_seed
from tests.browser.test_pages import MOST_SHIFT, PROJECTOR, at_rest, shift
from ui.shared.steady_button import PAUSE

MINUTES = 60_000
STARTED = re.compile(
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ Uvicorn server started on .*"
    r"|  You can now view your Streamlit app in your browser\.|  URL: http://\S+"
)
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
EVENTS = r"(begins|finished|is being stopped|stopped|deleted|brought back)"
HAPPENED = re.compile(TIME + r"  run [0-9a-f]{12} " + EVENTS + r"\b.*")


def train(page: Page) -> None:
    """Press Train, and once more where this machine is so slow that it asks whether it should."""
    page.get_by_role("button", name="Train", exact=True).click()
    stop, asked = (page.get_by_role("button", name=name, exact=True) for name in ("Stop", "Train anyway"))
    expect(stop.or_(asked)).to_be_visible()
    if asked.is_visible():
        page.wait_for_timeout(1000 * PAUSE)
        asked.click()
    expect(stop).to_be_visible()


def expect_trained(page: Page) -> None:
    """Waits until the run that has been started has its verdict."""
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_attached()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_attached(timeout=4 * MINUTES)
    expect(page.get_by_text("McNemar").first).to_be_attached()


def expect_as_written(page: Page) -> None:
    """Expects the landmarks, headings and controls of docs/accessibility.md, in its order."""
    written = (PROJECT / "docs" / "accessibility.md").read_text(encoding="utf-8").splitlines()
    kinds = (*LANDMARKS, "heading", *CONTROLS)
    listed = [line[2:] for line in written if line.startswith("- ") and line[2:].split(" ")[0] in kinds]
    expected = [re.sub("“(.*?)”.*", r"\1", line) for line in listed]
    for _again in range(50):  # the browser draws the sliders, and tells of them, a moment after the page
        told = [part for part in parts(page) if part.role in kinds]
        found = [f"{part.role} {part.name}".strip() for part in told]
        if found == expected:
            break
        page.wait_for_timeout(200)
    assert found == expected
    assert all(part.name and part.value for part in told if part.role in ("combobox", "slider", "switch"))
    assert all(part.description for part in told if part.role == "slider")


def test_open_set_train_and_see_the_charts_move(page: Page, site):
    seed = unused_seed()
    page.goto(site.url)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
    # all by keyboard, as the help texts promise
    page.get_by_text("More settings", exact=True).click()
    as_i_move = page.get_by_role("switch", name="Train as I move")
    as_i_move.press("Space")
    expect(as_i_move).not_to_be_checked()
    for _ in range(2):
        page.get_by_role("slider", name="Training images").press("ArrowRight")
    expect(page).to_have_url(re.compile("train_size=2000"))
    for label, value in (("Epochs", 8), ("Seed", seed)):
        # drawn anew while it is filled in, a box would forget it
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        page.get_by_label(label, exact=True).fill(str(value))
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(rf"{label.lower()}={value}\b"))
    alpha = page.get_by_role("slider", name="α, weight of the true labels")
    alpha.press("ArrowRight")
    expect(alpha).to_have_attribute("aria-valuetext", "0.15")
    page.get_by_role("slider", name="T, temperature").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"temperature=15"))

    train(page)
    # controls moved quickly one after another are all in the run and in the address
    setting = "α 0.15 · T 15 with T² · strong teacher · 8 epochs · 2,000 images"
    expect(page.get_by_text(setting)).to_be_visible()
    for part in ("alpha=0.15", "temperature=15", "epochs=8", "train_size=2000", f"seed={seed}"):
        expect(page).to_have_url(re.compile(re.escape(part)))
    epoch = page.get_by_text(re.compile(r"epoch \d+ of 8", re.IGNORECASE)).first
    expect(epoch).to_be_visible(timeout=3 * MINUTES)

    # a reload in the middle returns to the same run
    page.reload()
    expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
    expect(page.get_by_text("McNemar").first).to_be_visible(timeout=4 * MINUTES)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    # three models' lines, in the chart that moved
    expect(page.get_by_text(re.compile("^Test accuracy by epoch. ")).first).to_be_attached()
    expect(page.get_by_text("1,433,610").first).to_be_visible()
    # and its numbers can be saved
    at_rest(page)
    page.locator(".st-key-live-setting-epochs").get_by_role("button", name="Save").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert re.fullmatch(r"accuracy-by-epoch-[0-9a-f]{12}\.csv", download.value.suggested_filename)
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    this_run = [row for row in rows if row["run"].startswith(setting)]
    # after every other epoch, it looked at the test pictures
    assert [int(row["epoch"]) for row in this_run if row["model"] == "scratch"] == [2, 4, 6, 8]


def test_nothing_jumps_when_a_run_is_trained_and_the_log_has_one_line_per_event(page: Page, site):
    seed, before = unused_seed(), len(site.log.read_text(encoding="utf-8").splitlines())
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{site.url}/train?as_i_move=false&seed={seed}")
    at_rest(page)
    expect_as_written(page)
    shift(page)
    page.evaluate("shifts.afterInputToo = true")
    page.evaluate(LISTEN)
    page.get_by_role("button", name="Train", exact=True).click()
    expect_trained(page)
    at_rest(page)
    assert shift(page) <= MOST_SHIFT
    page.wait_for_function("/scratch|no difference/.test(aloud.at(-1))")
    told = aloud(page)
    *doing, verdict = [words for words in told if "epoch" in words or "640 steps" in words]
    expect(page.locator(".kd-head .kd-verdict")).to_contain_text(verdict)
    # each part of the run once, not every epoch
    assert len({words.split(":")[0] for words in doing}) == len(doing) <= 3, told

    page.wait_for_timeout(1000)  # the page may know earlier than the log
    every = site.log.read_text(encoding="utf-8").splitlines()
    first = next((at for at, line in enumerate(every) if not STARTED.fullmatch(line)), len(every))
    lines = [*every[:first], *every[before:]]  # what it began with, and what came of this run
    other = [line for line in lines if not STARTED.fullmatch(line) and not HAPPENED.fullmatch(line)]
    assert other == []
    of_the_run = [
        HAPPENED.fullmatch(line)[1] for line in lines if f"run {RunConfig(seed=seed).run_id} " in line
    ]
    assert of_the_run == ["begins", "finished"]


def test_after_train_a_phone_shows_verdict_numbers_and_chart(phone: Page, site):
    setting = f"teacher=notebook&train_size=100&epochs=20&seed={unused_seed()}"
    phone.goto(f"{site.url}/train?as_i_move=false&{setting}")
    at_rest(phone)
    phone.get_by_role("button", name="Train", exact=True).tap()
    expect_trained(phone)
    expect(phone.locator(".kd-head .kd-verdict")).to_be_in_viewport(ratio=1)
    expect(phone.locator(".kd-tiles")).to_be_in_viewport()
    expect(phone.locator(".st-key-live-setting-epochs")).to_be_in_viewport(ratio=0.9)
