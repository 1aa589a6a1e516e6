"""Takes the screenshots for the README and the documents, in English and Brazilian Portuguese.

    python -m docs.screenshots [PICTURE ...]

starts the app with an empty home, once a language, opens what each picture shows (or those named) in
Chromium, and writes what is on the screen at once: docs/images/en/PICTURE.png and docs/images/pt/PICTURE.png.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from kd.text.translation import _, ask_for_languages
from tests.app_process import app_process
from tests.browser.chromium import bring

PROJECT = Path(__file__).resolve().parent.parent
IMAGES = PROJECT / "docs" / "images"
LANGUAGES = {"en": "en-US", "pt": "pt-BR"}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PROJECTOR: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
HOST = "kd.school.org"  # by which phones would join
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
    page.goto(f"{url}/train?present=1")
    page.locator(".kd-head .kd-verdict").wait_for()
    page.locator(".st-key-live-setting-epochs .kd-live-label").first.wait_for()
    page.locator(".kd-head").evaluate("element => element.scrollIntoView()")


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
    page.get_by_text(_("Your drawing, as the models see it.")).wait_for()
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
    page.locator(".marks").nth(1).wait_for()


PICTURES: dict[str, tuple[Callable[[Page, str], None], dict[str, Any]]] = {
    "home": (home, DESKTOP),
    "train": (train, PROJECTOR),
    "draw": (draw, DESKTOP | {"color_scheme": "dark"}),
    "soft_targets": (soft_targets, DESKTOP),
    "sweep": (sweep, DESKTOP),
    "repeats": (repeats, DESKTOP),
    "experiments": (experiments, DESKTOP),
}
"""What brings each picture onto the screen, and the screen."""


def take(browser: Browser, url: str, tongue: str, names: list[str]) -> None:
    """Takes these pictures in the language that `_` speaks now."""
    for name in names:
        show, screen = PICTURES[name]
        context = browser.new_context(**screen, locale=LANGUAGES[tongue])
        page = context.new_page()
        show(page, url)
        _keep(page, tongue, name)
        context.close()


def take_class(browser: Browser, url: str, tongue: str) -> None:
    """Takes the wall of a class whose phones have trained a student each, and the first of these phones."""
    locale = LANGUAGES[tongue]
    host, phones = browser.new_page(**PROJECTOR, locale=locale), []
    host.goto(f"{url}/class?plan=seeds")
    host.get_by_role("button", name=_("Open the class")).click()
    start = host.get_by_role("button", name=_("Start"), exact=True)
    start.wait_for()
    code = parse_qs(urlsplit(host.url).query)["code"][0]
    for _pupil in range(PUPILS):
        phone = browser.new_page(**PHONE, locale=locale)
        phone.goto(f"{url}/class?code={code}")
        phone.get_by_role("button", name=_("Join"), exact=True).click()
        phone.get_by_text(_("Watch the wall. Your host starts this soon.")).first.wait_for()
        phones.append(phone)
    start.click()
    for phone in phones:
        phone.get_by_role("button", name=re.compile(_("Train my student"))).click()
    for phone in phones:
        phone.get_by_text(_("The gains of all, in percentage points; yours is outlined.")).wait_for(
            timeout=120_000
        )
    host.get_by_role("button", name=_("Reveal"), exact=True).click()
    host.mouse.move(5, 5)
    for page, name in ((host, "class-wall"), (phones[0], "class-phone")):
        page.wait_for_timeout(2 * MILLISECONDS_TO_SETTLE)
        _keep(page, tongue, name)


def _keep(page: Page, tongue: str, name: str) -> None:
    page.wait_for_timeout(MILLISECONDS_TO_SETTLE)
    path = IMAGES / tongue / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    print(path.relative_to(PROJECT))


if __name__ == "__main__":
    known = [*PICTURES, "class"]
    asked = sys.argv[1:] or known
    if unknown := set(asked) - set(known):
        sys.exit(f"There is no picture {', '.join(unknown)}: use {', '.join(known)}.")
    executable = bring()
    for tongue, locale in LANGUAGES.items():
        ask_for_languages(lambda locale=locale: (locale,))  # type: ignore[misc]
        with (
            tempfile.TemporaryDirectory() as folder,
            app_process(Path(folder), KD_HOSTS=HOST) as app,
            sync_playwright() as playwright,
        ):
            chromium = playwright.chromium.launch(
                executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
            )
            take(chromium, app.url, tongue, [name for name in asked if name in PICTURES])
            if "class" in asked:
                take_class(chromium, app.url, tongue)
            chromium.close()
