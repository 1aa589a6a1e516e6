"""Takes the screenshots for the README and the documents.

    python -m docs.screenshots [PAGE ...]

starts the app with an empty home, opens every page (or those named) in Chromium, in light and dark, at the
width of a desktop and of a phone, and writes docs/images/PAGE-THEME-WIDTH.png; and Train as a phone and a
projector in presenter mode show it without scrolling: docs/images/train-phone.png and train-projector.png.
And a class: its wall and one of its phones, docs/images/class-wall.png and class-phone.png.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.app_process import app_process
from tests.browser.chromium import bring

PROJECT = Path(__file__).resolve().parent.parent
IMAGES = PROJECT / "docs" / "images"
SCREENS: dict[str, dict[str, Any]] = {
    f"{theme}-{width}": {
        "viewport": {"width": width, "height": height},
        "color_scheme": theme,
    }
    for theme in ("light", "dark")
    for width, height in ((1400, 900), (390, 844))
}
MILLISECONDS_TO_SETTLE = 1500
PUPILS = 12
# A four that could be a nine: the corners of its strokes, as fractions of the canvas.
STROKES = (
    ((0.32, 0.2), (0.26, 0.4), (0.3, 0.52), (0.5, 0.54), (0.68, 0.47)),
    ((0.7, 0.18), (0.68, 0.5), (0.62, 0.84)),
    ((0.33, 0.2), (0.4, 0.15), (0.46, 0.14)),
)


def home(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(".kd-live-voices").wait_for()


def train(page: Page, url: str) -> None:
    page.goto(f"{url}/train")
    page.get_by_text(re.compile("McNemar")).first.wait_for()
    page.locator(".marks").nth(1).wait_for()


def draw(page: Page, url: str) -> None:
    page.goto(f"{url}/draw?T=2.5")
    page.locator(".kd-live-answer").nth(2).wait_for()
    canvas = page.locator(".st-key-canvas_frame canvas").last
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None  # it is in view
    for stroke in STROKES:
        corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*corners[0])
        page.mouse.down()
        for corner in corners[1:]:
            page.mouse.move(*corner, steps=8)
        page.mouse.up()
    page.get_by_text("Your drawing, as the models see it.").wait_for()
    page.mouse.move(5, 5)


def soft_targets(page: Page, url: str) -> None:
    page.goto(f"{url}/draw?way=test&view=targets&T=4")
    page.locator(".kd-live-line").nth(2).wait_for()


def sweep(page: Page, url: str) -> None:
    page.goto(f"{url}/sweep")
    page.locator(".st-key-figure-sweep-map .marks").wait_for()


def repeats(page: Page, url: str) -> None:
    page.goto(f"{url}/sweep?show=repeats&cell=10000,10&of_seeds=5")
    page.locator(".st-key-live-adding-seeds svg").first.wait_for()


def experiments(page: Page, url: str) -> None:
    page.goto(f"{url}/experiments?experiment=wrong_labels&seen=included&guess=much")
    page.get_by_text("What came out: ").wait_for()
    page.locator(".marks").nth(1).wait_for()


SIGHTS: dict[str, tuple[str, dict[str, Any]]] = {
    "train-phone": ("train", {"viewport": {"width": 390, "height": 844}}),
    "train-projector": ("train?present=1", {"viewport": {"width": 1280, "height": 720}}),
}
"""What a screen shows at once: name → address, and the screen."""

PAGES = {
    "home": home,
    "train": train,
    "draw": draw,
    "soft_targets": soft_targets,
    "sweep": sweep,
    "repeats": repeats,
    "experiments": experiments,
}


def take(browser: Browser, url: str, names: list[str]) -> None:
    """Takes these pages on every screen, at full length where they are longer than the screen."""
    for screen, options in SCREENS.items():
        for name in names:
            context = browser.new_context(**options)
            page = context.new_page()
            PAGES[name](page, url)
            page.wait_for_timeout(MILLISECONDS_TO_SETTLE)
            length = page.get_by_test_id("stMain").evaluate("element => element.scrollHeight")
            size = options["viewport"]
            page.set_viewport_size({"width": size["width"], "height": max(size["height"], length)})
            page.wait_for_timeout(MILLISECONDS_TO_SETTLE)
            page.screenshot(path=IMAGES / f"{name}-{screen}.png")
            context.close()
            print(f"docs/images/{name}-{screen}.png")


def take_sights(browser: Browser, url: str) -> None:
    """Takes what is on a screen at once: the verdict and its chart."""
    for name, (address, options) in SIGHTS.items():
        context = browser.new_context(**options)
        page = context.new_page()
        page.goto(f"{url}/{address}")
        page.locator(".kd-head .kd-verdict").wait_for()
        page.locator(".st-key-live-setting-epochs .kd-live-label").first.wait_for()
        page.locator(".kd-head").evaluate("element => element.scrollIntoView()")
        page.wait_for_timeout(MILLISECONDS_TO_SETTLE)
        page.screenshot(path=IMAGES / f"{name}.png")
        context.close()
        print(f"docs/images/{name}.png")


def take_class(browser: Browser, url: str) -> None:
    """Takes the wall of a class whose phones have trained a student each, and the first of these phones."""
    host, phones = browser.new_page(viewport={"width": 1280, "height": 720}), []
    host.goto(f"{url}/class?plan=seeds")
    host.get_by_role("button", name="Open the class").click()
    start = host.get_by_role("button", name="Start", exact=True)
    start.wait_for()
    code = parse_qs(urlsplit(host.url).query)["code"][0]
    for _pupil in range(PUPILS):
        phone = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
        phone.goto(f"{url}/class?code={code}")
        phone.get_by_role("button", name="Join").click()
        phone.get_by_text("Watch the wall.").first.wait_for()
        phones.append(phone)
    start.click()
    for phone in phones:
        phone.get_by_role("button", name=re.compile("Train my student")).click()
    for phone in phones:
        phone.get_by_text("The gains of all").wait_for(timeout=120_000)
    host.get_by_role("button", name="Reveal", exact=True).click()
    host.mouse.move(5, 5)
    for page, name in ((host, "class-wall"), (phones[0], "class-phone")):
        page.wait_for_timeout(3 * MILLISECONDS_TO_SETTLE)
        page.screenshot(path=IMAGES / f"{name}.png")
        print(f"docs/images/{name}.png")


if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    known = [*PAGES, "class"]
    asked = sys.argv[1:] or known
    if unknown := set(asked) - set(known):
        sys.exit(f"There is no page {', '.join(unknown)}: use {', '.join(known)}.")
    executable = bring()
    with (
        tempfile.TemporaryDirectory() as folder,
        app_process(Path(folder)) as app,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        take(chromium, app.url, [name for name in asked if name in PAGES])
        if "train" in asked:
            take_sights(chromium, app.url)
        if "class" in asked:
            take_class(chromium, app.url)
        chromium.close()
