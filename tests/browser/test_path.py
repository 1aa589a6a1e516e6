"""“Five minutes to see it” from Home to its end: by keyboard, by mouse and by touch, in two languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from kd.config import RunConfig
from kd.text import translation
from kd.text.paths import PATHS, STEPS
from tests.browser.accessibility import faults
from tests.browser.test_canvas import CANVAS, SEVEN, stroke
from tests.browser.test_pages import at_rest
from tests.stored_runs import copies
from ui.shared.steady_button import PAUSE

# Where each step's control is, how far along its range it is to be set, and the keys that do the same.
CONTROLS = {
    "doubts": (".st-key-live-voices input", 2 / 3, ["PageUp"] * 2),
    "few": (".st-key-live-setting input >> nth=0", 2 / 8, ["ArrowLeft"] * 4),
    "temperature": (".st-key-live-setting input >> nth=2", 10 / 15, ["ArrowRight"] * 4),
    "squared": (".st-key-live-setting input[type=checkbox]", 0.5, ["Space"]),
    "sure": (".st-key-live-adding-seeds input", 5 / 9, ["ArrowRight"] * 4),
}
THUMB = 10
# What of the page the strip covers, in pixels.
COVERED = """() => document.querySelector('[data-testid="stMain"]').getBoundingClientRect().bottom
    - document.querySelector('.st-key-path').getBoundingClientRect().top"""


@pytest.fixture
def without_squares(site) -> Iterator[None]:
    """Stores what the step without T² would train."""
    with copies(site.log.parent, [RunConfig(alpha=0.5, temperature_squared=False)]):
        yield


# The longer words are on the phone.
@pytest.mark.parametrize(
    ("hands", "locale"),
    [
        (("keyboard", "mouse", "mouse", "keyboard", "keyboard", "keyboard"), "en-GB"),
        (("touch",) * 6, "pt-BR"),
    ],
)
def test_six_things_to_do_are_noticed(
    request, monkeypatch, hands: tuple[str, ...], locale: str, site, without_squares
):
    page: Page = request.getfixturevalue("phone" if "touch" in hands else "page")
    monkeypatch.setattr(translation, "_wanted", lambda: (locale,))
    with asking_for_language(page, locale):
        page.goto(site.url)
        walk(page, hands)


def walk(page: Page, hands: tuple[str, ...]) -> None:
    """Goes through all steps, each with its own of these."""
    at_rest(page)
    press(page.locator(".st-key-path_five button:visible"), hands[1])
    said, on = page.locator(".kd-path [role=status]"), page.locator(".st-key-path_on button:visible")
    for name, hand in zip(PATHS["five"].names, hands, strict=True):
        expect(said).to_have_text(translation._(STEPS[name].do))
        at_rest(page)
        assert page.evaluate(COVERED) <= 1
        page.evaluate("window.shifts.sum = 0")
        if name == "digit" and hand == "keyboard":  # a step can be skipped
            page.wait_for_timeout(1000 * PAUSE)
            press(on, hand)
            continue
        do(page, name, hand)
        expect(page.locator(".kd-path.kd-done")).to_be_visible()
        assert page.evaluate("window.shifts.sum") <= 0.05
        if name == "doubts" and hand == "keyboard":
            assert faults(page, "a step that is done", ".st-key-path") == []
        if hand == "keyboard":
            expect(page.locator(CONTROLS[name][0])).to_be_focused()
        assert min(on.bounding_box()[side] for side in ("width", "height")) >= 44
        page.wait_for_timeout(1000 * PAUSE)  # a button that has just changed ignores a double click
        press(on, hand)
    expect(said).to_have_count(0)
    expect(page.locator(".st-key-path_five")).to_be_visible()


def test_on_a_phone_the_strip_opens_to_all_its_words(phone: Page, site):
    phone.goto(f"{site.url}/class?path=lesson&step=1")
    phone.locator(".kd-path summary").tap()
    words, ways = (phone.locator(each).bounding_box() for each in (".kd-path details", ".st-key-path_ways"))
    assert words["x"] == 0
    assert 0 <= ways["x"] - words["width"] < 20
    assert words["y"] + words["height"] == phone.viewport_size["height"]


@contextmanager
def asking_for_language(page: Page, locale: str) -> Iterator[None]:
    """The browser asks for this language, until the end: the next test goes on with its window."""
    session = page.context.new_cdp_session(page)
    agent = page.evaluate("navigator.userAgent")
    session.send("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": locale})
    yield
    session.detach()


def press(button: Locator, hand: str) -> None:
    acts: dict[str, Callable[[], None]] = {
        "mouse": button.click,
        "touch": button.tap,
        "keyboard": lambda: button.press("Enter"),
    }
    acts[hand]()


def do(page: Page, name: str, hand: str) -> None:
    """Does what a step asks for."""
    if name == "digit":
        if hand == "touch":
            draw_with_a_finger(page)
        else:
            stroke(page, SEVEN)
        return
    where, share, keys = CONTROLS[name]
    control = page.locator(where)
    if hand == "keyboard":
        control.focus()
        for key in keys:
            page.keyboard.press(key)
        return
    control.scroll_into_view_if_needed()
    box = control.bounding_box()
    place = {"x": THUMB + share * (box["width"] - 2 * THUMB), "y": box["height"] / 2}
    (control.tap if hand == "touch" else control.click)(position=place)


def draw_with_a_finger(page: Page) -> None:
    box = page.locator(CANVAS).last.bounding_box()
    session = page.context.new_cdp_session(page)
    places = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in SEVEN]
    for kind, place in zip(("touchStart", *["touchMove"] * (len(places) - 1)), places, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
