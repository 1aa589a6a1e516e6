"""Draw in a browser: canvas and answers in sight together, and figures that are saved as they are shown."""

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
from kd.text.words import percent
from tests.browser.test_canvas import CANVAS, NOTHING
from tests.browser.test_pages import at_rest, resize

RUN = RunConfig().run_id


def test_a_picture_and_all_answers_are_in_sight_together(page: Page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    for way, shown in (("test", ".st-key-seen_large img"), ("draw", CANVAS)):
        page.goto(f"{site.url}/draw?way={way}")
        expect(page.get_by_role("region", name="Scratch", exact=True)).to_be_visible()
        at_rest(page)
        for width, height in ((390, 844), (1024, 768), (1280, 720), (1400, 900)):
            resize(page, {"width": width, "height": height})
            picture = page.locator(shown).last.bounding_box()
            assert picture["y"] >= 0
            assert picture["width"] == pytest.approx(picture["height"], abs=1)
            assert picture["width"] >= (0.9 * width if width < 800 else 270)
            for name in ("Teacher", "Distilled", "Scratch"):
                box = page.get_by_role("region", name=name, exact=True).bounding_box()
                assert box["x"] + box["width"] <= width
                assert box["y"] + box["height"] <= height, name
                below = box["y"] >= picture["y"] + picture["height"]
                assert below or box["x"] >= picture["x"] + picture["width"], name
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.get_by_text(NOTHING)).to_be_visible()
    expect(page.get_by_text("Draw one large digit here")).to_be_visible()


def test_on_a_phone_a_picture_from_the_strip_comes_into_sight(phone: Page, site):
    phone.goto(f"{site.url}/draw?way=test")
    picture = phone.locator(".st-key-strip-pictures svg image").last
    picture.scroll_into_view_if_needed()
    at_rest(phone)
    picture.tap()
    expect(phone).to_have_url(re.compile(r"picture=\d+"))
    expect(phone.locator(".st-key-seen_large img")).to_be_in_viewport(ratio=1)


def spoken(page: Page, figure: str, role: str) -> list[str]:
    """The names of what a screen reader meets in this role within a figure."""
    session = page.context.new_cdp_session(page)
    found = session.send("Runtime.evaluate", {"expression": f"document.querySelector('{figure}')"})
    asked = {"objectId": found["result"]["objectId"], "role": role}
    met = [node for node in session.send("Accessibility.queryAXTree", asked)["nodes"] if not node["ignored"]]
    session.detach()
    return [node.get("name", {}).get("value", "") for node in met]


def test_an_old_address_shows_what_looks_alike_in_words_too_and_a_click_leads_to_draw(page: Page, site):
    page.goto(f"{site.url}/dark_knowledge?run={RUN}&view=all&T=4")
    figure = ".st-key-figure-look-alikes"
    expect(page.locator(f"{figure} svg.marks")).to_be_visible()
    words = "".join(spoken(page, figure, "StaticText"))
    assert "The teacher's mean soft targets at T = 4. Strongest likeness: for pictures of 4" in words
    (chart,) = spoken(page, figure, "graphics-document")
    assert chart.endswith(".")
    assert spoken(page, figure, "graphics-symbol") == []  # none of its marks
    cells = page.locator(".st-key-look-alikes .mark-rect.role-mark path")
    cell = cells.nth(9 + 7)  # 1 → 8: nothing is drawn on the diagonal
    at_rest(page)
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # on the number inside it
    expect(page.get_by_role("combobox", name="Pictures that look like another class")).to_have_value(
        "a 1 like an 8"
    )
    page.locator(".st-key-strip-pictures-behind-a-cell svg image").first.click()
    expect(page).to_have_url(re.compile(r"/draw\?.*picture=\d+"))
    expect(page.get_by_text("Its label says 1.")).to_be_visible()
    expect(page.get_by_role("radio", name="Soft targets")).to_be_checked()


def test_a_figure_is_saved_on_white_as_png_svg_and_csv(page: Page, site, logits):
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site.url}/draw?run={RUN}&view=targets&T=4&log=true")
    expect(page.get_by_text("Soft targets at temperature T, in percent")).to_be_visible()
    page.get_by_role("slider", name="T, temperature").press("ArrowRight")
    expect(page).to_have_url(re.compile("T=5"))
    contents = {}
    for kind in ("PNG", "SVG", "CSV"):
        page.get_by_role("button", name="Save").first.press("Enter")
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).press("Enter")
        assert download.value.suggested_filename == f"soft-targets-T5.{kind.lower()}"
        contents[kind] = download.value.path().read_bytes()
    picture = Image.open(io.BytesIO(contents["PNG"])).convert("RGB")
    assert picture.width > 1000
    assert picture.getpixel((1, 1)) == (255, 255, 255)
    svg = ElementTree.fromstring(contents["SVG"])
    assert svg.findtext("{*}title") == "Soft targets at temperature T, in percent"
    soft = softmax(logits["teacher"], 5.0)
    assert f"7: Teacher {percent(soft[7])}" in svg.findtext("{*}desc")
    texts = [text.text for text in svg.findall(".//{*}text")]
    assert {svg.findtext("{*}title"), "Teacher", "Distilled", "Scratch", "0", "100"} <= set(texts)
    teacher = [each for each in svg.findall(".//{*}rect") if each.get("fill") == "rgb(196,135,0)"]
    heights = np.array([float(bar.get("height")) for bar in teacher[1:]])  # the first is in the legend
    shares = 1 + np.log10(soft) / 6
    np.testing.assert_allclose(heights / heights.max(), (shares / shares.max())[: len(heights)], atol=0.01)
    distilled = [each for each in svg.findall(".//{*}rect") if each.get("fill") == "rgb(0,114,178)"]
    assert len(distilled) == 11
    rows = list(csv.DictReader(io.StringIO(contents["CSV"].decode("utf-8-sig"))))
    probabilities = [float(row["probability"]) for row in rows if row["role"] == "teacher"]
    assert probabilities == pytest.approx(soft.tolist(), rel=1e-4)
