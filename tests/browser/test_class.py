"""A whole class: a lecturer and three phones, one activity after the other; the app is killed between two."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from kd.lab import Lab
from tests import WITHOUT_TENSORFLOW
from tests.app_process import AppProcess, app_process, free_port
from tests.browser.accessibility import faults
from tests.browser.conftest import FLAGS, PHONE, SHORT_LIVED, choose
from tests.browser.test_canvas import CANVAS, SEVEN, draw_by_keys, ink, stroke
from ui.shared.steady_button import PAUSE

WALL = {"width": 1280, "height": 720}
SMALL = "teacher=notebook,train_size=320,epochs=2"
PLAN = f"guess;guess:about=never_saw_it;guess:about=how_many_images;seeds:{SMALL};map:{SMALL};digits:asked=7"
NAMES = ("Ana", "<b>Ben</b>", "")
# How much of the wall ends below the screen, or below the bar at its lower end.
BELOW_THE_FOLD = """() => {
    const bar = document.querySelector('.st-key-class_bar').getBoundingClientRect();
    const parts = [...document.querySelectorAll('.st-key-class_hero > *')];
    const low = parts.filter(part => part.getBoundingClientRect().bottom > bar.top + 1);
    const main = document.querySelector('[data-testid="stMain"]');
    return low.length + Math.max(0, main.scrollHeight - innerHeight);
}"""
TOO_WIDE = "() => document.querySelector('[data-testid=stMain]').scrollWidth > innerWidth"


@pytest.fixture
def chromium_of_its_own(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, SHORT_LIVED])
    yield browser
    browser.close()


def a_phone(browser: Browser) -> Page:
    context = browser.new_context(viewport=PHONE, has_touch=True)
    context.set_default_timeout(60_000)
    return context.new_page()


def join(phones: Sequence[Page], names: Sequence[str], app: AppProcess, code: str) -> None:
    """Join side by side."""
    for phone in phones:
        phone.goto(f"{app.url}/class?code={code}", wait_until="commit")
    for phone, name in zip(phones, names, strict=True):
        phone.get_by_role("textbox", name="Name").fill(name)
        phone.get_by_role("button", name="Join").tap()
    for phone in phones:
        expect(phone.locator(".kd-following")).to_contain_text("Connected.")


def headline(wall: Page) -> Locator:
    return wall.locator(".st-key-class_hero .kd-verdict")


def press(wall: Page, name: str) -> None:
    """Press the one large button, which is called so now.

    It takes no click for a moment after it has changed, nor before a new server has drawn it once.
    """
    button = wall.locator(".st-key-class_step button:visible")
    expect(button).to_have_text(name)
    wall.wait_for_timeout(1_000 * PAUSE)
    for _again in range(20):
        button.click()
        with contextlib.suppress(AssertionError):
            expect(button).not_to_have_text(name, timeout=15_000)
            return
    raise AssertionError(f"“{name}” does nothing.")


def reveal(wall: Page) -> None:
    """Show what came out, by the quiet button, which takes a click at any time."""
    wall.get_by_role("button", name="Reveal").click()
    expect(wall.locator(".st-key-class_step button:visible")).not_to_have_text("Freeze")


def fits(wall: Page) -> None:
    wall.wait_for_function(f"() => ({BELOW_THE_FOLD})() === 0")


def test_a_class_from_the_code_on_the_wall_to_its_end(chromium_of_its_own, tmp_path):
    port, browser = free_port(), chromium_of_its_own
    with Lab(tmp_path) as lab:
        wall = browser.new_context(viewport=WALL).new_page()
        wall.set_default_timeout(60_000)
        phones = [a_phone(browser) for _name in NAMES]
        ana, ben, _nameless = phones
        # nothing is trained before the app is killed
        with app_process(tmp_path, port=port, PYTHONPATH=WITHOUT_TENSORFLOW) as app:
            wall.goto(f"{app.url}/class?plan={PLAN}")
            wall.get_by_role("button", name="Open the class").click()
            code = wall.locator(".kd-code").inner_text()
            join(phones[:2], NAMES[:2], app, code)
            expect(wall.get_by_text("2 people")).to_be_visible()
            fits(wall)
            wall.set_viewport_size({"width": 640, "height": 360})  # as at 200 %
            assert wall.locator(".st-key-class_hero").bounding_box()["height"] > 150
            wall.set_viewport_size(WALL)
            assert faults(wall, "the wall, waiting") == []
            _guess_a_number(wall, phones, app, code)
            assert faults(ana, "a phone, afterwards") == []
            app.process.kill()  # between two activities
            for page in (wall, *phones):
                expect(page.locator(".kd-following")).to_contain_text("No connection.")
        with app_process(tmp_path, port=port):
            for page in (wall, *phones):
                expect(page.locator(".kd-following")).to_contain_text("Connected.", timeout=120_000)
            expect(headline(wall)).to_contain_text("It is +6.1 points")
            for does in (_choose_an_answer, _draw_a_curve, _train_repeats, _paint_a_map, _draw_digits):
                press(wall, "Next activity")
                press(wall, "Start")
                does(wall, phones)
                fits(wall)
            _keep_order(wall, phones)
            assert faults(wall, "the wall, at the end") == []
            wall.get_by_role("button", name="Room").click()
            wall.get_by_role("button", name="End the class").click()
            wall.get_by_role("button", name="End it for everybody").click()
            expect(wall.get_by_role("button", name="Open the class")).to_be_visible()
            for phone in (ana, ben):
                expect(phone.get_by_text("This class has ended.")).to_be_visible()
            assert [*lab.classes] == []


def _guess_a_number(wall, phones, app, code):
    ana, ben, nameless = phones
    press(wall, "Start")
    for phone, steps in ((ana, 9), (ben, 12)):
        slider = phone.get_by_role("slider")
        for _step in range(steps):
            slider.press("ArrowRight")
    expect(headline(wall)).to_have_text("2 of 2 have guessed.")
    expect(ana.get_by_text("Watch the wall.").first).to_be_visible()
    ana.reload()
    expect(ana.get_by_role("button", name="Your guess: +4.5 points")).to_be_visible()
    join([nameless], NAMES[2:], app, code)  # late
    expect(wall.get_by_text("3 people")).to_be_visible()
    expect(headline(wall)).to_have_text("2 of 3 have guessed.")
    expect(nameless.get_by_text("The class waits for your answer.")).to_be_visible()
    nameless.get_by_role("button", name="Guess 0").press("Enter")
    expect(headline(wall)).to_have_text("3 of 3 have guessed.")
    expect(wall.locator(".kd-roster .kd-done")).to_have_count(3)
    assert faults(nameless, "a phone that guesses") == []
    press(wall, "Freeze")
    expect(ana.get_by_text("You guessed +4.5 points.")).to_be_visible()
    press(wall, "Reveal")
    expect(headline(wall)).to_contain_text("It is +6.1 points")
    expect(wall.locator(".kd-beside")).to_contain_text("Closest: <b>Ben</b>")
    expect(wall.locator("[data-testid=stVegaLiteChart] svg")).to_be_visible()
    fits(wall)
    expect(ana.get_by_text("1 other was closer.")).to_be_visible()
    expect(ben.get_by_text("Nobody came closer.")).to_be_visible()


def _choose_an_answer(wall, phones):
    answers = ("next to none", "more than 90", "more than 90")
    phones[0].get_by_role("radio", name=answers[0]).press("Space")
    for phone, answer in zip(phones[1:], answers[1:], strict=True):
        phone.get_by_text(answer).tap()
    expect(headline(wall)).to_have_text("3 of 3 have guessed.")
    fits(wall)
    reveal(wall)
    expect(wall.locator(".kd-beside")).to_contain_text("2 of 3 guesses were right.")
    expect(phones[0].locator(".kd-judged")).to_contain_text("wrong")
    expect(phones[1].locator(".kd-judged")).to_contain_text("right")


def _draw_a_curve(wall, phones):
    ana = phones[0]
    expect(ana.get_by_text("Nobody sees it before the reveal.")).to_be_visible()
    chart = ana.locator(".kd-live svg").first
    while (box := chart.bounding_box()) is None:  # it is being drawn again
        expect(chart).to_be_visible()
    ana.mouse.move(box["x"] + 60, box["y"] + 0.6 * box["height"])
    ana.mouse.down()
    ana.mouse.move(box["x"] + box["width"] - 30, box["y"] + 0.4 * box["height"], steps=10)
    ana.mouse.up()
    expect(headline(wall)).to_have_text("1 of 3 have guessed.")
    expect(ana.get_by_text("Your guess is in.")).to_be_visible()
    reveal(wall)
    expect(wall.locator(".kd-beside")).to_contain_text("Closest: Ana")
    expect(ana.get_by_text("Nobody came closer.")).to_be_visible()
    assert not ana.evaluate(TOO_WIDE)


def _train_repeats(wall, phones):
    phones[0].get_by_role("button", name="Train my student").press("Enter")
    for phone in phones[1:]:
        phone.get_by_role("button", name="Train my student").tap()
    for phone in phones:
        expect(phone.get_by_text(re.compile("with the teacher, .* without"))).to_be_visible(timeout=120_000)
    fits(wall)
    reveal(wall)


def _paint_a_map(wall, phones):
    phones[0].get_by_role("button", name="Train this cell").tap()
    expect(headline(wall)).to_contain_text("1 of 24 cells", timeout=120_000)
    fits(wall)
    reveal(wall)


def _draw_digits(wall, phones):
    """Everybody draws a seven; one drawing is removed, and its phone may draw another."""
    for phone in phones:
        expect(phone.get_by_text("Draw a 7.")).to_be_visible()
        _draw_and_send(phone, by_keys=phone is phones[0])
    pictures = wall.locator(".st-key-figure-class-drawings svg image")
    expect(pictures).to_have_count(len(phones))
    fits(wall)
    expect(pictures.first).to_have_role("button")
    pictures.first.press("ArrowRight")
    wall.keyboard.press("Enter")
    wall.get_by_role("button", name="Remove the 7").press("Enter")
    expect(pictures).to_have_count(len(phones) - 1)
    one = phones[1]
    expect(one.get_by_text("Draw a 7.")).to_be_visible()
    assert faults(one, "a phone that draws") == []
    reveal(wall)


def _draw_and_send(phone, by_keys=False):
    """Draw a seven and send it; each again where the canvas or the stroke had not arrived yet."""
    expect(phone.locator(CANVAS).last).to_be_visible()
    sent = phone.get_by_text("Your drawing is on the wall.")
    for _again in range(20):
        if not ink(phone):
            draw_by_keys(phone) if by_keys else stroke(phone, SEVEN, steps=4)
            phone.wait_for_timeout(300)
        if ink(phone):
            send = phone.get_by_role("button", name="Send my 7")
            send.press("Enter") if by_keys else send.tap()
        with contextlib.suppress(AssertionError):
            expect(sent).to_be_visible(timeout=5_000)
            return
    raise AssertionError("The drawing is not on the wall.")


def _keep_order(wall, phones):
    """Names are hidden, one is taken away, and somebody is taken out."""
    animal = phones[2].locator(".kd-who").inner_text()
    wall.get_by_role("button", name="Hide names").click()
    expect(wall.get_by_text("<b>Ben</b>")).to_have_count(0)
    wall.get_by_role("button", name="Show names").click()
    expect(wall.get_by_text("<b>Ben</b>").first).to_be_visible()
    wall.get_by_role("button", name="Room").click()
    choose(wall, "Person", "<b>Ben</b>")
    wall.get_by_role("button", name="Take the name away").click()
    expect(wall.get_by_text("<b>Ben</b>")).to_have_count(0)
    choose(wall, "Person", animal)
    wall.get_by_role("button", name="Take out of the class").click()
    expect(phones[2].get_by_text("Your host has taken you out of this class.")).to_be_visible()
    wall.keyboard.press("Escape")  # closes the menu, and leaves no view
