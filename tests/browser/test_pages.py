"""Every page on a phone, wide, and on a projector: nothing jumps, and all can be read in both schemes."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kd.text import translation
from tests import PROJECT
from tests.browser.accessibility import faults
from tests.browser.conftest import PHONE
from tests.browser.test_canvas import DRAWN, NOTHING, SEVEN, stroke
from ui.shared import frame

SMALL_TEXT = (PROJECT / "tests" / "browser" / "small_text.js").read_text(encoding="utf-8")
PROJECTOR = {"width": 1280, "height": 720}
NARROW = {"width": 320, "height": 640}  # as 1280 pixels at 400 % are
CHARTS = "[data-testid=stVegaLiteChart], .kd-live-figure, .kd-live-answers, .kd-bars"
# address → figures that can be saved: where the button is, and the title in whose row
SAVED = {
    "train": [(".st-key-live-setting-epochs .kd-live-save", ".st-key-live-setting-epochs figcaption")],
    "draw?way=test&view=targets": [
        (f".st-key-live-picture {figure} .kd-live-save", f".st-key-live-picture {figure} figcaption")
        for figure in (".kd-live-wide", ".kd-live-narrow")
    ],
    "sweep?show=repeats": [
        (".st-key-live-adding-seeds .kd-live-save", ".st-key-live-adding-seeds figcaption")
    ],
}
# page → what a projector shows of it at once: its sentence, what moves it, and its figure
HEROES = {
    "Home": (".kd-hello", ".st-key-live-voices input", ".kd-live-voices", ".st-key-live-voices .kd-verdict"),
    "Train": (".kd-head", ".st-key-train_first", ".st-key-live-setting-epochs .kd-live-svg"),
    "Draw": (
        ".st-key-canvas_frame",
        ".st-key-draw_looks input",
        ".kd-live-answers",
        ".st-key-draw_looks .kd-sentence",
    ),
    "Sweep": (".st-key-show", ".kd-head", ".st-key-figure-sweep-map svg.marks", ".kd-sentence"),
    "Experiments": (".kd-lead", ".st-key-card_wrong_labels"),
    "Runs": ("canvas",),
    "Class": (".st-key-class_open_button", ".st-key-class_join button"),
}
MOST_SHIFT = 0.05
# Its words are longer than English ones: what has room for them has room for both.
PORTUGUESE = gettext.translation("kd", translation._folder, ["pt_BR"]).gettext
# What a finger is to meet on a phone is at least this wide and high.
HELP = """() => [...document.querySelectorAll('button[aria-label^="Help for"], .kd-live-help')]
  .filter((button) => button.checkVisibility())
  .filter((button) => Math.min(button.offsetWidth, button.offsetHeight) < 24)
  .map((button) => button.ariaLabel)"""
PANS = "() => document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth"
# Another size of the window has been laid out: for ten frames the page has been as high as it is.
SETTLED = """() => new Promise((done) => {
  let height = 0, frames = 0;
  const look = () => {
    const now = document.querySelector('[data-testid=stMainBlockContainer]').getBoundingClientRect().height;
    frames = now === height ? frames + 1 : 0;
    height = now;
    if (frames < 10) requestAnimationFrame(look); else done();
  };
  requestAnimationFrame(look);
})"""
# What has no room for all of its words.
CUT = """() => [...document.querySelectorAll('button, summary, label, [role=tab], h1, h2, h3')]
  .filter((element) => !element.closest('.kd-unseen') && element.checkVisibility())
  .flatMap((element) => [element, ...element.querySelectorAll('*')])
  .filter((element) => element.clientWidth > 2 && getComputedStyle(element).overflowX !== 'visible')
  .filter((element) => element.scrollWidth > element.clientWidth + 1)
  .map((element) => element.textContent)"""
OUTSIDE = """() => [...document.querySelectorAll('p, button, .kd-number, svg text, h1, h2')]
  .filter((element) => element.checkVisibility())
  .filter((element) => !element.closest('.kd-unseen, header, .stElementToolbar, [data-testid=stSidebar]'))
  .map((element) => [element.getBoundingClientRect(), element.textContent])
  .filter(([box]) => box.width > 2 && box.right > innerWidth + 1)
  .map(([, text]) => text)"""
# The longest time, in seconds, that anything on the page takes to move or to change its colour.
LONGEST = """() => Math.max(...[...document.querySelectorAll('body, body *')].flatMap(element => {
    const { animationDuration, transitionDuration } = getComputedStyle(element);
    return `${animationDuration}, ${transitionDuration}`.split(', ').map(parseFloat);
}))"""


def address_of(page: tuple[str, str, str]) -> str:
    """Returns the address of an entry of `frame.PAGES`; Home's is empty."""
    return "" if page[1] == "Home" else Path(page[0]).stem


def at_rest(page: Page) -> None:
    """Waits until the page is drawn: its script has run, and every chart and figure is there."""
    expect(page.locator("h1")).to_be_attached()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=stVegaLiteChart]')]"
        ".every((chart) => chart.querySelector('svg') || !chart.checkVisibility())"
    )
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def resize(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    page.evaluate(SETTLED)
    at_rest(page)


def shift(page: Page) -> float:
    """Returns how far the page has jumped since this was asked last; prints what did."""
    seen = page.evaluate("({ ...shifts })")
    page.evaluate("Object.assign(shifts, { sum: 0, moved: [] })")
    print(*seen["moved"], sep="\n")
    return seen["sum"]


def unfold(page: Page, section: str) -> None:
    # Streamlit sometimes forgets a section that is unfolded while the page is still being drawn
    at_rest(page)
    summary = page.locator("summary").filter(has_text=section).last
    unfolded = page.locator("details").filter(has=summary).last
    for _ in range(5):
        if unfolded.get_attribute("open") is None:
            summary.click()
        page.wait_for_timeout(250)
        if unfolded.get_attribute("open") is not None:
            break


def expect_drawn(page: Page, figure: str) -> None:
    expect(page.locator(f".st-key-save-{figure}")).to_be_visible()


def choose(page: Page, option: str) -> None:
    page.get_by_role("radio", name=option, exact=True).click()


State = str | tuple[str, str]
"""What a page shows, and what of it has changed since the last one: a selector, or all of it."""


def home(page: Page) -> Iterator[State]:
    unfold(page, "Why this works")
    unfold(page, "The formula")
    expect(page.locator(".katex").first).to_be_visible()
    page.get_by_role("button", name="Show me").click()
    expect(page.get_by_text("you guessed").or_(page.get_by_text("Well guessed"))).to_be_visible()
    yield "a guess answered"


def train(page: Page) -> Iterator[State]:
    unfold(page, "More settings")
    yield "all controls"
    page.get_by_role("tab", name="Playback").click()
    expect(page.locator(".kd-live-strip").last).to_be_visible()
    yield "played back", ".st-key-tabs"
    page.get_by_role("tab", name="Inside").click()
    expect(page.locator(".kd-live-filters").last).to_be_visible()
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".kd-live-menu:popover-open")).to_be_visible()
    yield "architectures and a menu", ".st-key-tabs"
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Errors").click()
    expect_drawn(page, "confusion-difference")
    yield "confusions", ".st-key-tabs"
    choose(page, "Fixed and broken")
    expect(page.locator(".kd-cards").first).to_be_visible()
    yield "fixed and broken", ".st-key-tabs"
    choose(page, "Sure and right")
    expect_drawn(page, "reliability")
    yield "sure and right", ".st-key-tabs"
    choose(page, "What looks alike")
    expect_drawn(page, "look-alikes")
    yield "what looks alike", ".st-key-tabs"


def draw(page: Page) -> Iterator[State]:
    unfold(page, "Why these answers?")
    unfold(page, "How would the students have read it earlier?")
    stroke(page, SEVEN)
    expect(page.get_by_text(DRAWN)).to_be_visible()
    expect(page.locator(".kd-live-strip").last).to_be_visible()
    expect(page.locator(".st-key-live-saliency .kd-live-filters").last).to_be_visible()
    yield "a drawing"
    choose(page, "Upload")
    expect(page.get_by_text("Nothing is uploaded yet")).to_be_visible()
    yield "an upload", ".st-key-draw_picture"


def one_digit(page: Page) -> Iterator[State]:
    page.get_by_role("radio", name="9", exact=True).first.click()
    expect(page.locator(".st-key-strip-pictures").get_by_text("label 9").first).to_be_visible()
    choose(page, "The pull on a student")
    expect(page.get_by_text("The pull on each logit")).to_be_visible()
    yield "the pull of one digit"


def sweep(page: Page) -> Iterator[State]:
    for figure in ("sweep-map", "sweep-slice-train_size", "sweep-slice-temperature"):
        expect_drawn(page, figure)
    page.get_by_role("button", name="Make your own map").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    yield "the form"
    page.keyboard.press("Escape")
    unfold(page, "The same as a table")
    expect(page.locator(".kd-table")).to_be_visible()
    yield "a study and its table", ".st-key-sweep_table"


def peeking(page: Page) -> Iterator[State]:
    unfold(page, "Why not stop as soon as it helps?")
    expect_drawn(page, "stopping")
    yield "when to stop"


def own_plan(page: Page) -> Iterator[State]:
    yield "both ways in"
    page.get_by_role("combobox", name="Plan").fill("Your own")
    page.get_by_role("option", name="Your own order").click()
    expect(page.get_by_text("Parts, in your order")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill("zzzz")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("No class with the code")).to_be_visible()
    yield "a plan of one's own and a wrong code", ".st-key-class_ways"


def as_it_is(page: Page) -> Iterator[State]:
    yield "as it opens"


# address → what is done there; each state that comes of it is looked at by axe
PAGES: dict[str, Callable[[Page], Iterator[State]]] = {
    "": home,
    "train": train,
    "draw": draw,
    "draw?way=test&view=targets": one_digit,
    "runs": as_it_is,
    "sweep": sweep,
    "sweep?show=repeats": peeking,
    "class": own_plan,
    "experiments": as_it_is,
    "experiments?experiment=how_many_images": as_it_is,
    "experiments?experiment=never_saw_it&seen=included&guess=most": as_it_is,
}
# page → where it shows most; the others do with their own address
FULLEST = {
    "draw": "draw?way=test&view=targets",
    "experiments": "experiments?experiment=never_saw_it&seen=included&guess=most",
}


@pytest.mark.parametrize("address", PAGES)
def test_a_wide_page_is_calm_readable_and_accessible(page: Page, site, address):
    page.goto(f"{site.url}/{address}")
    at_rest(page)
    assert shift(page) <= MOST_SHIFT
    assert page.evaluate(SMALL_TEXT, [CHARTS, 14]) == []
    for place, title in SAVED.get(address, ()):
        expect_one_small_icon(page, place, title)
    found = []
    for state in PAGES[address](page):
        found += faults(page, *([state] if isinstance(state, str) else state))
    assert found == []


def test_a_projector_shows_each_page_at_once_and_a_remote_control_turns_them(page: Page, site):
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{site.url}/?lang=pt-BR")
    page.get_by_role("button", name=PORTUGUESE("Present"), exact=True).press("Enter")
    navigation = page.get_by_test_id("stSidebar")
    expect(navigation).to_be_hidden()
    page.evaluate("shifts.afterInputToo = oneByOne = true")
    for name, parts in HEROES.items():
        expect(page).to_have_title("KD Lab" if name == "Home" else f"{PORTUGUESE(name)} · KD Lab")
        at_rest(page)
        assert shift(page) <= MOST_SHIFT or not parts, name
        for part in parts:
            expect(page.locator(part).first).to_be_in_viewport(ratio=0.98)
        assert page.evaluate(SMALL_TEXT, ["body", 20]) == [], name
        assert page.evaluate(PANS) == 0, name
        assert page.evaluate(CUT) == [], name
        page.keyboard.press("PageDown")
    temperature = page.get_by_role("slider", name=PORTUGUESE("T, temperature"))
    temperature.press("ArrowRight")  # which has a use for it
    expect(temperature).not_to_have_value("0")
    page.get_by_role("link", name=PORTUGUESE("Class"), exact=True).click()
    expect(page.get_by_role("heading", name=PORTUGUESE("Class"), level=1)).to_be_visible()
    page.goto(f"{site.url}/?guess=75&present=true&lang=pt-BR")  # a step of a lesson
    guess = page.locator(".st-key-home_guess")
    for part in (guess.get_by_role("heading"), guess.get_by_role("slider"), guess.get_by_role("button").last):
        expect(part).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(navigation).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))
    resize(page, {"width": 2400, "height": 1000})
    assert page.get_by_test_id("stMainBlockContainer").bounding_box()["width"] == 1600


@pytest.mark.parametrize("name", ["how_many_images", "never_saw_it", "no_t_squared"])
def test_a_projector_shows_what_came_out_after_both_lengths_of_training_at_once(page: Page, site, name):
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{site.url}/experiments?experiment={name}&seen=included&present=true&lang=pt-BR")
    at_rest(page)
    charts = page.locator("[data-testid=stVegaLiteChart] svg.marks")
    expect(charts).to_have_count(2)
    for part in (page.locator(".kd-head"), *charts.all()):
        expect(part).to_be_in_viewport(ratio=0.98)


def expect_one_small_icon(page: Page, place: str, title: str) -> None:
    """Expects one icon, by which the figure is saved, in the row of its title."""
    button = page.locator(place).get_by_role("button", name="Save")
    row, icon = page.locator(title).first.bounding_box(), button.bounding_box()
    assert icon["width"] <= 40
    assert abs(icon["y"] + icon["height"] / 2 - row["y"] - row["height"] / 2) < 20
    assert icon["x"] >= row["x"]


def test_a_page_says_its_language_and_so_does_the_link_that_skips_the_navigation(page: Page, site):
    page.goto(f"{site.url}/runs")
    skip = page.get_by_test_id("stSkipToContent")
    expect(skip).to_have_text("Skip to main content")
    page.evaluate("document.documentElement.lang = 'xx'")
    skip.evaluate("link => { link.textContent = 'xx'; }")
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(skip).to_have_text("Skip to main content")


def test_no_page_jumps_or_pans_that_a_phones_navigation_opens_which_closes_then(phone: Page, site):
    phone.goto(f"{site.url}/runs?lang=pt-BR")
    at_rest(phone)
    phone.evaluate("shifts.afterInputToo = oneByOne = true")
    for name in HEROES:
        phone.get_by_test_id("stExpandSidebarButton").tap()
        link = phone.get_by_test_id("stSidebar").get_by_role("link", name=PORTUGUESE(name), exact=True)
        expect(link).to_be_in_viewport(ratio=1)
        before = phone.locator("h1").text_content()
        shift(phone)
        link.tap()
        expect(phone.locator("h1")).not_to_have_text(before)
        expect(link).not_to_be_in_viewport()
        expect_a_phones(phone, name)
        resize(phone, NARROW)
        assert phone.evaluate(PANS) == 0, name
        resize(phone, PHONE)
        if name == "Train":
            phone.get_by_role("tab", name=PORTUGUESE("Inside")).tap()
            layers = phone.locator(".st-key-figure-layers svg text")
            expect(layers.filter(has_text="4,64 k")).to_be_visible()
            assert phone.evaluate(OUTSIDE) == []


def expect_a_phones(phone: Page, name: str) -> None:
    at_rest(phone)
    assert shift(phone) <= MOST_SHIFT, name
    assert phone.evaluate(PANS) == 0, name
    assert phone.evaluate(OUTSIDE) == []
    assert phone.evaluate(CUT) == []
    assert phone.evaluate(HELP) == []


@pytest.mark.parametrize("address", [FULLEST.get(name, name) for name in map(address_of, frame.PAGES)])
def test_a_phones_page_does_not_jump_while_it_loads_and_stays_within_its_box(phone: Page, site, address):
    phone.goto(f"{site.url}/{address}{'&' if '?' in address else '?'}lang=pt-BR")
    phone.evaluate(SETTLED)
    expect_a_phones(phone, address)
    expect(phone.locator("html")).to_have_attribute("lang", "pt-BR")


def test_warnings_and_what_is_done_with_a_run_are_accessible(page: Page, site, run_to_delete):
    page.goto(f"{site.url}/draw?run=none&T=hot")
    expect(page.get_by_test_id("stAlert")).to_have_count(2)
    found = faults(page, "a wrong address")
    page.goto(f"{site.url}/runs?fold=false&ticked={run_to_delete}")
    delete = page.locator(".st-key-runs_delete").get_by_role("button")
    expect(delete).to_be_enabled()
    found += faults(page, "a run ticked")
    delete.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    found += faults(page, "a run deleted")
    assert found == []


def test_nothing_moves_for_those_who_ask_for_less_motion(page: Page, site):
    page.goto(f"{site.url}/draw")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    assert page.evaluate(LONGEST) > 0.05
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(LONGEST) <= 0.001
