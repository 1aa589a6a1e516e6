"""Dark knowledge in a browser: clicks lead to pictures, and figures are saved as they are shown."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from kd.analysis.logits import softmax
from kd.config import RunConfig
from kd.lab import Lab
from kd.text.words import percent
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


def test_a_figure_is_saved_on_white_as_png_svg_and_csv(page: Page, site, logits):
    page.emulate_media(color_scheme="dark")
    open_page(page, site, "&log=true")
    page.get_by_role("slider", name="T, temperature").press("ArrowRight")
    expect(page).to_have_url(re.compile("T=5"))
    contents = {}
    for kind in ("PNG", "SVG", "CSV"):
        page.get_by_role("button", name="Save").nth(1).press("Enter")
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).press("Enter")
        assert download.value.suggested_filename == f"soft-targets-T5.{kind.lower()}"
        contents[kind] = download.value.path().read_bytes()
    picture = Image.open(io.BytesIO(contents["PNG"])).convert("RGB")
    assert picture.width > 1000
    assert picture.getpixel((1, 1)) == (255, 255, 255)
    svg = ElementTree.fromstring(contents["SVG"])
    assert svg.findtext("{*}title") == "Soft targets at temperature T, in percent"
    soft = softmax(logits, 5.0)
    assert f"7: Teacher {percent(soft[7])}" in svg.findtext("{*}desc")
    texts = [text.text for text in svg.findall(".//{*}text")]
    assert {svg.findtext("{*}title"), "Teacher", "Distilled", "Scratch", "0", "100"} <= set(texts)
    teacher = [each for each in svg.findall(".//{*}rect") if each.get("fill") == "rgb(230,159,0)"]
    heights = np.array([float(bar.get("height")) for bar in teacher[1:]])  # the first is in the legend
    shares = 1 + np.log10(soft) / 6
    np.testing.assert_allclose(heights / heights.max(), (shares / shares.max())[: len(heights)], atol=0.01)
    distilled = [each for each in svg.findall(".//{*}rect") if each.get("fill") == "rgb(0,114,178)"]
    assert len(distilled) == 11
    rows = list(csv.DictReader(io.StringIO(contents["CSV"].decode("utf-8-sig"))))
    probabilities = [float(row["probability"]) for row in rows if row["role"] == "teacher"]
    assert probabilities == pytest.approx(soft.tolist())
