"""What a person does: set α and T, train, watch, stop, reload, draw a 7, read three answers."""

from __future__ import annotations

import csv
import io
import re

from playwright.sync_api import Page, expect

from tests.browser.test_canvas import stroke
from ui.train.train_button import PAUSE

MINUTES = 60_000


def open_train(page: Page, url: str) -> None:
    """From the home page to Train, by its link."""
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()


def switched(page: Page):
    """The switch Train as I move, after it is turned."""
    as_i_move = page.get_by_role("switch", name="Train as I move")
    as_i_move.focus()
    page.keyboard.press("Space")
    return as_i_move


def set_up_a_run(page: Page, *, epochs: int, seed: int) -> None:
    """Set up a run of 10,000 images by keyboard, as the help texts promise. It waits for Train."""
    expect(switched(page)).not_to_be_checked()
    slider(page, "Training images").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("train_size=10000"))
    page.get_by_text("More", exact=True).click()
    for label, value in (("Epochs", epochs), ("Seed", seed)):
        # drawn anew while it is filled in, a box would forget it
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        page.get_by_label(label, exact=True).fill(str(value))
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(rf"{label.lower()}={value}\b"))


def train(page: Page) -> None:
    """Press Train, and once more where this machine is so slow that it asks whether it should."""
    page.get_by_role("button", name="Train", exact=True).click()
    stop, asked = (page.get_by_role("button", name=name, exact=True) for name in ("Stop", "Train anyway"))
    expect(stop.or_(asked)).to_be_visible()
    if asked.is_visible():
        page.wait_for_timeout(1000 * PAUSE)
        asked.click()
    expect(stop).to_be_visible()


def slider(page: Page, name: str):
    """A slider's handle, which the arrow keys move."""
    return page.get_by_role("slider", name=name)


def test_open_set_train_and_see_the_charts_move(page: Page, site):
    open_train(page, site.url)
    set_up_a_run(page, epochs=12, seed=41)
    alpha = slider(page, "α, weight of the true labels")
    alpha.focus()
    page.keyboard.press("ArrowRight")
    expect(alpha).to_have_value("0.15")
    temperature = slider(page, "T, temperature")
    temperature.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"temperature=15"))

    train(page)
    # controls moved quickly one after another are all in the run and in the address
    setting = "α 0.15 · T 15 with T² · strong teacher · 12 epochs · 10,000 images"
    expect(page.get_by_text(setting)).to_be_visible()
    for part in ("alpha=0.15", "temperature=15", "epochs=12", "train_size=10000", "seed=41"):
        expect(page).to_have_url(re.compile(re.escape(part)))
    epoch = page.get_by_text(re.compile(r"epoch \d+ of 12", re.IGNORECASE)).first
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
    page.get_by_role("button", name="Save").first.click()
    with page.expect_download() as download:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="CSV").click()
    assert re.fullmatch(r"accuracy-by-epoch-[0-9a-f]{12}\.csv", download.value.suggested_filename)
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    this_run = [row for row in rows if not row["ghost"]]
    assert [int(row["epoch"]) for row in this_run if row["role"] == "scratch"] == list(range(1, 13))


def test_draw_a_seven_with_the_mouse_and_read_three_answers(page: Page, site):
    page.goto(f"{site.url}/draw")
    expect(page.get_by_text("Nothing is drawn yet")).to_be_visible()
    stroke(page, [(0.25, 0.22), (0.5, 0.21), (0.76, 0.22), (0.62, 0.5), (0.5, 0.8)])
    expect(page.get_by_text("Your drawing, as the models see it.")).to_be_visible()
    for model in ("Teacher", "Distilled", "Scratch"):
        expect(page.get_by_text(model).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"\b7\b")).first).to_be_visible()

    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Nothing is drawn yet")).to_be_visible()


def test_a_nonsense_address_gets_a_sentence(page: Page, site):
    page.goto(f"{site.url}/train?alpha=7&run=..%2F..%2Fetc")
    expect(page.get_by_text("alpha must be between 0 and 1")).to_be_visible()
    expect(page.get_by_text("There is no run")).to_be_visible()
    # and it disappears with the next thing that the person does
    slider(page, "α, weight of the true labels").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("alpha must be between 0 and 1")).to_be_hidden()


def test_a_control_moved_while_a_run_trains_leaves_the_run_on_the_screen(page: Page, site):
    open_train(page, site.url)
    set_up_a_run(page, epochs=100, seed=43)
    expect(switched(page)).to_be_checked()  # such a long run waits for Train all the same
    train(page)
    epoch = page.get_by_text(re.compile(r"epoch [1-9]\d* of 100", re.IGNORECASE)).first
    expect(epoch).to_be_visible(timeout=3 * MINUTES)
    slider(page, "α, weight of the true labels").focus()
    page.keyboard.press("ArrowRight")
    expect(
        page.get_by_text(re.compile("takes longer than three seconds, so it waits for Train"))
    ).to_be_visible()
    expect(page.get_by_text(re.compile("Still shown"))).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    before = epoch.inner_text()
    expect(epoch).not_to_have_text(before, timeout=MINUTES)  # it goes on learning in full view
    page.get_by_role("button", name="Stop the run shown").click()
    expect(page.get_by_text(re.compile("stopped", re.IGNORECASE)).first).to_be_visible(timeout=MINUTES)
