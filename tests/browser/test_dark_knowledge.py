"""Dark knowledge in a browser: T moves and the bars follow, clicks lead to pictures, figures are saved."""

from __future__ import annotations

import csv
import io
import re
import time

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from kd.analysis.logits import softmax
from kd.config import RunConfig
from kd.lab import Lab
from ui.pictures.ways_in import FIRST_PICTURE

RUN = RunConfig().run_id
SECONDS = 30


@pytest.fixture(scope="module")
def logits(tmp_path_factory):
    """The logits of the included run's teacher for the picture that the page opens with."""
    return Lab(tmp_path_factory.mktemp("home")).test_logits(RUN)["teacher"][FIRST_PICTURE]


def open_page(page: Page, site, query: str = "") -> None:
    page.goto(f"{site.url}/dark_knowledge?run={RUN}{query}")
    title = (
        "Which digits the teacher thinks look alike"
        if "view" in query
        else "Soft targets at temperature T, in percent"
    )
    expect(page.get_by_text(title)).to_be_visible()


def expect_bars(page: Page, probabilities: np.ndarray) -> None:
    """Wait until the teacher's ten bars have these heights."""
    chart = page.get_by_test_id("stVegaLiteChart").filter(has_text="Soft targets")
    bars = chart.locator(".mark-rect.role-mark path")
    expect(bars).to_have_count(10)
    deadline = time.monotonic() + SECONDS
    while True:
        heights = np.array(bars.evaluate_all("paths => paths.map(path => path.getBBox().height)"))
        shares = heights / heights.sum()
        if np.abs(shares - probabilities).max() < 0.02 or time.monotonic() > deadline:
            assert shares == pytest.approx(probabilities, abs=0.02)
            return
        page.wait_for_timeout(100)


def move_temperature(page: Page, steps: int) -> None:
    handle = page.get_by_role("slider", name="T, temperature")
    handle.focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


def test_the_bars_follow_t(page: Page, site, logits):
    open_page(page, site)
    expect_bars(page, softmax(logits, 4.0))
    move_temperature(page, 8)
    expect(page.get_by_text("At T = 8, the teacher says")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]T=8"))
    expect_bars(page, softmax(logits, 8.0))


def test_a_click_on_a_thumbnail_shows_that_picture(page: Page, site):
    open_page(page, site)
    page.locator(".st-key-strip-pictures svg image").nth(3).click()
    expect(page).to_have_url(re.compile(r"picture=\d+"))
    number = int(re.search(r"picture=(\d+)", page.url)[1])
    expect(page.get_by_text(f"Test picture {number:,}.")).to_be_visible()


def test_a_click_on_a_cell_shows_the_pictures_behind_it(page: Page, site):
    open_page(page, site, "&view=all")
    cells = page.locator(".st-key-look-alikes .mark-rect.role-mark path")
    cell = cells.nth(9 + 7)  # 1 → 8: nothing is drawn on the diagonal
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # on the number inside it
    expect(page.get_by_text("Behind the cell 1 → 8")).to_be_visible()
    page.locator(".st-key-strip-pictures-behind-a-cell svg image").first.click()
    expect(page).to_have_url(re.compile(r"picture=\d+"))
    expect(page.get_by_text("Its label says 1.")).to_be_visible()


def test_a_figure_is_saved_as_png_svg_and_csv(page: Page, site, logits):
    open_page(page, site)
    page.locator(".st-key-save-soft-targets").get_by_role("button", name="Save").click()
    contents = {}
    for kind in ("PNG", "SVG", "CSV"):
        with page.expect_download() as download:
            page.get_by_test_id("stPopoverBody").get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == f"soft-targets-T4.{kind.lower()}"
        contents[kind] = download.value.path().read_bytes()
    assert Image.open(io.BytesIO(contents["PNG"])).width > 1000
    assert "Soft targets at temperature T" in contents["SVG"].decode()
    rows = list(csv.DictReader(io.StringIO(contents["CSV"].decode("utf-8-sig"))))
    teacher = [float(row["probability"]) for row in rows if row["role"] == "teacher"]
    assert teacher == pytest.approx(softmax(logits, 4.0).tolist())
