"""Dark knowledge in a browser: clicks lead to pictures, and figures are saved as they are shown."""

from __future__ import annotations

import csv
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from kd.analysis.logits import softmax
from kd.config import RunConfig
from kd.lab import Lab
from ui.pictures.ways_in import FIRST_PICTURE

RUN = RunConfig().run_id


@pytest.fixture(scope="module")
def logits(tmp_path_factory):
    """The logits of the included run's teacher for the picture that the page opens with."""
    return Lab(tmp_path_factory.mktemp("home")).runs[RUN].test_logits()["teacher"][FIRST_PICTURE]


def open_page(page: Page, site, query: str = "") -> None:
    page.goto(f"{site.url}/dark_knowledge?run={RUN}{query}")
    title = (
        "Which digits the teacher thinks look alike"
        if "view" in query
        else "Soft targets at temperature T, in percent"
    )
    expect(page.get_by_text(title)).to_be_visible()


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
    page.get_by_role("slider", name="T, temperature").press("ArrowRight")
    expect(page).to_have_url(re.compile("T=5"))
    page.locator(".st-key-save-soft-targets").get_by_role("button", name="Save").click()
    contents = {}
    for kind in ("PNG", "SVG", "CSV"):
        with page.expect_download() as download:
            page.get_by_test_id("stPopoverBody").get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == f"soft-targets-T5.{kind.lower()}"
        contents[kind] = download.value.path().read_bytes()
    assert Image.open(io.BytesIO(contents["PNG"])).width > 1000
    assert "Soft targets at temperature T" in contents["SVG"].decode()
    rows = list(csv.DictReader(io.StringIO(contents["CSV"].decode("utf-8-sig"))))
    teacher = [float(row["probability"]) for row in rows if row["role"] == "teacher"]
    assert teacher == pytest.approx(softmax(logits, 5.0).tolist())
