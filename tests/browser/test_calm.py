"""Phone, projector, calm: what is in sight, how large it is, and that nothing jumps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests import PROJECT
from tests.browser.conftest import PHONE, WIDE
from tests.browser.test_a_persons_way import slider

SMALL_TEXT = (PROJECT / "tests" / "browser" / "small_text.js").read_text(encoding="utf-8")
PROJECTOR = {"width": 1280, "height": 720}
WHAT_CAME_OUT = "experiment=never_saw_it&seen=included&guess=most"
PAGES = [
    *("", "train", "draw", "runs", "sweep", "how_sure", "how_sure?sure=objectives"),
    *("experiments", "experiments?experiment=how_many_images", f"experiments?{WHAT_CAME_OUT}"),
    *("dark_knowledge", "dark_knowledge?view=pull", "dark_knowledge?view=all"),
]
TEST_PICTURE = "draw?way=test"
CHARTS = "[data-testid=stVegaLiteChart], .kd-live-figure, .kd-live-answers, .kd-bars"
# address → figures that can be saved: where the button is, and the title in whose row
SAVED = {
    "train": [(".st-key-save-accuracy-by-epoch", ".st-key-figure-accuracy-by-epoch .role-title-text")],
    "dark_knowledge": [
        (f"{figure} .kd-live-save", f"{figure} figcaption")
        for figure in (".st-key-live-soft-targets .kd-live-wide", ".st-key-live-soft-targets .kd-live-narrow")
    ],
    "dark_knowledge?view=pull": [
        (".st-key-live-pull .kd-live-narrow .kd-live-save", ".st-key-live-pull .kd-live-narrow figcaption")
    ],
    "dark_knowledge?view=all": [(".st-key-save-look-alikes", ".st-key-figure-look-alikes .role-title-text")],
    "how_sure": [(".st-key-live-adding-seeds .kd-live-save", ".st-key-live-adding-seeds figcaption")],
}
MOST_SHIFT = 0.05
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
OUTSIDE = """() => [...document.querySelectorAll('p, button, .kd-number, svg text, h1, h2')]
  .filter((element) => element.checkVisibility())
  .filter((element) => !element.closest('.kd-unseen, header, .stElementToolbar, [data-testid=stSidebar]'))
  .map((element) => [element.getBoundingClientRect(), element.textContent])
  .filter(([box]) => box.width > 2 && box.right > innerWidth + 1)
  .map(([, text]) => text)"""


def at_rest(page: Page) -> None:
    """Wait until the page is drawn: its script has run, and every chart and figure is there."""
    expect(page.locator("h1")).to_be_attached()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=stVegaLiteChart]')]"
        ".every((chart) => chart.querySelector('svg') || !chart.checkVisibility())"
    )
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def in_sight(page: Page, selector: str) -> bool:
    """Whether the whole of it is on the screen."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    return (
        box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"] + 1
        and box["y"] + box["height"] <= size["height"] + 1
    )


def shift(page: Page) -> float:
    """How far the page has jumped since this was asked last; says on the terminal what did."""
    seen = page.evaluate("({ ...shifts })")
    page.evaluate("Object.assign(shifts, { sum: 0, moved: [] })")
    print(*seen["moved"], sep="\n")
    return seen["sum"]


def test_the_navigation_of_a_phone_closes_once_it_has_been_used(phone: Page, site):
    phone.goto(f"{site.url}/train")
    at_rest(phone)
    phone.get_by_test_id("stExpandSidebarButton").tap()
    link = phone.get_by_test_id("stSidebar").get_by_role("link", name="Runs")
    expect(link).to_be_in_viewport()
    link.tap()
    expect(phone.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    expect(link).not_to_be_in_viewport()


def test_a_wide_window_keeps_its_navigation_and_is_used_up_to_1600_pixels(page: Page, site):
    page.set_viewport_size({"width": 2400, "height": 1000})
    page.goto(f"{site.url}/train")
    at_rest(page)
    assert page.get_by_test_id("stMainBlockContainer").bounding_box()["width"] == 1600
    link = page.get_by_test_id("stSidebar").get_by_role("link", name="Runs")
    link.click()
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    expect(link).to_be_in_viewport()


@pytest.mark.parametrize("address", [*PAGES, TEST_PICTURE])
def test_a_phones_page_does_not_jump_while_it_loads_and_stays_within_its_box(phone: Page, site, address):
    phone.goto(f"{site.url}/{address}")
    at_rest(phone)
    assert shift(phone) <= MOST_SHIFT
    if address.startswith("dark"):
        phone.get_by_role("radio", name="One digit").tap()
        expect(phone.get_by_role("radio", name="9", exact=True).first).to_be_visible()
        at_rest(phone)
    assert phone.evaluate(OUTSIDE) == []


def test_the_layers_of_a_network_have_their_numbers_whole_on_a_phone(phone: Page, site):
    phone.goto(f"{site.url}/train")
    at_rest(phone)
    phone.get_by_role("tab", name="Inside").tap()
    figure = phone.locator(".st-key-figure-layers")
    expect(figure.locator("svg text").filter(has_text="4.64 k")).to_be_visible()
    inside = figure.bounding_box()
    assert inside["height"] < 330
    for number in figure.locator("svg text").filter(has_text=re.compile(r"[kM\\d] +Distilled")).all():
        box = number.bounding_box()
        assert inside["x"] <= box["x"]
        assert box["x"] + box["width"] <= inside["x"] + inside["width"] + 1


@pytest.mark.parametrize("address", [*PAGES, TEST_PICTURE])
def test_a_wide_page_does_not_jump_while_it_loads_and_its_charts_can_be_read_and_saved(
    page: Page, site, address
):
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{site.url}/{address}")
    at_rest(page)
    assert shift(page) <= MOST_SHIFT
    if address == "train":
        expect_result_whole(page)
    page.set_viewport_size(WIDE)
    page.evaluate(SETTLED)
    at_rest(page)
    assert page.evaluate(SMALL_TEXT, [CHARTS, 14]) == []
    for place, title in SAVED.get(address, ()):
        expect_one_small_icon(page, place, title)


def expect_result_whole(page: Page) -> None:
    """The verdict and the chart of accuracies, without scrolling."""
    assert in_sight(page, ".kd-head")
    assert in_sight(page, ".st-key-figure-accuracy-by-epoch .stVegaLiteChart svg")


def expect_one_small_icon(page: Page, place: str, title: str) -> None:
    """By which the figure is saved, in the row of its title."""
    button = page.locator(place).get_by_role("button", name="Save")
    row, icon = page.locator(title).first.bounding_box(), button.bounding_box()
    assert icon["width"] <= 40
    assert abs(icon["y"] + icon["height"] / 2 - row["y"] - row["height"] / 2) < 20
    assert icon["x"] >= row["x"]
    button.press("Enter")
    menu = page.locator("[data-testid=stPopoverBody], .kd-live-menu:popover-open")
    for kind in ("PNG", "SVG", "CSV"):
        expect(menu.get_by_role("button", name=kind)).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)


@pytest.mark.parametrize("address", PAGES)
def test_presenter_mode_has_large_type_and_no_navigation(page: Page, site, address):
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{site.url}/{address}{'&' if '?' in address else '?'}present=1")
    at_rest(page)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    assert page.evaluate(SMALL_TEXT, ["body", 20]) == []
    if address == "train":
        expect_result_whole(page)


def test_presenter_mode_is_entered_and_left_by_keyboard(page: Page, site):
    page.goto(f"{site.url}/train")
    at_rest(page)
    page.get_by_role("button", name="Present", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Stop presenting")).to_be_visible()
    expect(page).to_have_url(re.compile("present=true"))
    expect(slider(page, "T, temperature")).to_be_hidden()
    expect(page.locator(".st-key-train_result .kd-verdict").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(slider(page, "T, temperature")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))


@pytest.mark.parametrize("size", [PHONE, PROJECTOR], ids=["phone", "projector"])
def test_no_page_jumps_that_the_navigation_opens(page: Page, site, size):
    page.set_viewport_size(size)
    page.goto(f"{site.url}/runs")
    at_rest(page)
    page.evaluate("shifts.afterInputToo = oneByOne = true")
    for name in ("Draw", "Train", "Dark knowledge", "How sure", "Sweep", "Experiments", "Home"):
        link = page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True)
        if size is PHONE:
            page.get_by_test_id("stExpandSidebarButton").click()
        expect(link).to_be_in_viewport(ratio=1)
        before = page.locator("h1").text_content()
        shift(page)
        link.click()
        expect(page.locator("h1")).not_to_have_text(before)
        at_rest(page)
        assert shift(page) <= MOST_SHIFT, name


def test_nothing_jumps_when_a_run_is_trained(page: Page, site):
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{site.url}/train?as_i_move=false&seed=71")
    at_rest(page)
    shift(page)
    page.evaluate("shifts.afterInputToo = true")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_text("McNemar").first).to_be_visible()
    at_rest(page)
    assert shift(page) <= MOST_SHIFT


def test_after_train_a_phone_shows_verdict_and_chart(phone: Page, site):
    phone.goto(f"{site.url}/train?as_i_move=false&seed=72")
    at_rest(phone)
    phone.get_by_role("button", name="Train", exact=True).tap()
    expect(phone.get_by_text("McNemar").first).to_be_attached()
    expect(phone.locator(".kd-head .kd-verdict")).to_be_in_viewport(ratio=1)
    expect(phone.locator(".st-key-figure-accuracy-by-epoch")).to_be_in_viewport(ratio=0.9)
