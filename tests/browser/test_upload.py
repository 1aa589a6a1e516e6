"""An uploaded picture reaches the models, and the next one replaces it."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect


def photograph(*corners: tuple[int, int]) -> bytes:
    """A JPEG of four megapixels: a dark stroke on light paper."""
    picture = Image.new("RGB", (2400, 1800), (205, 200, 190))
    ImageDraw.Draw(picture).line(corners, (30, 30, 50), 150, joint="curve")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def test_a_photograph_is_uploaded_and_answered(page: Page, site):
    page.goto(f"{site.url}/draw?way=upload")
    expect(page.get_by_text("Nothing is uploaded yet")).to_be_visible()
    seen, before = page.locator("img.kd-pixels").first, ""
    for corners in [(1200, 300), (1200, 1500)], [(800, 400), (1600, 400), (1150, 1500)]:
        file = {"name": "digit.jpg", "mimeType": "image/jpeg", "buffer": photograph(*corners)}
        page.locator("input[type=file]").set_input_files(files=[file])
        expect(page.get_by_text("Your picture, as the models see it.")).to_be_visible()
        # the words are there since the last picture: another one must be seen before it is replaced in turn
        expect(seen).not_to_have_attribute("src", before)
        before = seen.get_attribute("src")
