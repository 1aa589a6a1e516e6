"""A person brings pictures of six letters: a verdict over five repeats, a drawing, a notebook."""

from __future__ import annotations

import io
import re
import zipfile

import numpy as np
from playwright.sync_api import Page, expect

from kd.base.data_sets import find
from kd.pictures.data_sets import data_set
from tests.browser.conftest import unused_seed
from tests.browser.test_a_persons_way import MINUTES, expect_trained, train
from tests.browser.test_canvas import stroke
from tests.browser.test_pages import at_rest

LETTERS = "ACHLOT"
# A teacher of four filters and students without a hidden layer: all learn within a second or two.
SMALL = "teacher=fresh&teacher_width=4&teacher_train_size=600&teacher_epochs=4&student=linear&epochs=10"


def letters_file() -> bytes:
    """An npz of these letters, as a person makes it."""
    every, arrays = data_set(find("letters").id), {}
    chosen = [every.about.classes.index(letter) for letter in LETTERS]
    for part, count in (("train", 600), ("test", 300)):
        images, labels = (getattr(every, f"{name}_{part}") for name in "xy")
        rows = np.flatnonzero(np.isin(labels, chosen))[:count]
        arrays |= {f"x_{part}": images[rows], f"y_{part}": labels[rows]}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def upload(page: Page, content: bytes, name: str) -> None:
    file = {"name": f"{name}.npz", "mimeType": "application/octet-stream", "buffer": content}
    page.locator("input[type=file]").set_input_files(files=[file])
    expect(page.get_by_role("button", name=re.compile(f"^Remove.*{name}"))).to_be_visible()
    page.get_by_role("textbox", name="Names of the classes").fill(",".join(LETTERS))
    page.get_by_role("button", name="Add", exact=True).press("Enter")


def test_from_ones_own_pictures_to_a_verdict_a_drawing_and_a_notebook(page: Page, site):
    seed, content = unused_seed(), letters_file()
    name = f"letters-{seed}"  # another try finds its own
    page.goto(f"{site.url}/train?as_i_move=false&seed={seed}&train_size=200&{SMALL}")
    at_rest(page)
    page.get_by_text("More settings", exact=True).click()
    page.get_by_role("button", name="Add your own pictures").click()
    upload(page, content[: len(content) // 2], name)
    expect(page.get_by_text(re.compile("This is not an npz file")).first).to_be_in_viewport(ratio=1)
    upload(page, content, name)
    expect(page.get_by_text(re.compile(f"{name}: 6 classes, 600 pictures to learn from"))).to_be_visible()
    expect(page).to_have_url(re.compile("data=[0-9a-f]{12}"))
    page.keyboard.press("Escape")
    train(page)
    expect_trained(page)
    page.get_by_role("button", name=re.compile("^5 repeats")).click()
    expect(page.get_by_text(re.compile("^5 repeats, mean "))).to_be_visible(timeout=4 * MINUTES)

    page.get_by_role("button", name="Repeat it in a terminal").click()
    with page.expect_download(timeout=2 * MINUTES) as download:
        page.get_by_role("button", name="Notebook").click()
    with zipfile.ZipFile(download.value.path()) as files:
        (notebook,) = (each for each in files.namelist() if each.endswith(".ipynb"))
        assert notebook.replace(".ipynb", "-pictures.npz") in files.namelist()
        assert "load_pictures" in files.read(notebook).decode()
    page.keyboard.press("Escape")

    page.get_by_test_id("stSidebar").get_by_role("link", name="Draw").click()
    at_rest(page)
    stroke(page, [(0.35, 0.15), (0.35, 0.85), (0.75, 0.85)])  # an L
    expect(page.get_by_text(re.compile(r"Teacher.*\bL\b")).first).to_be_visible()
