"""Figures that answer while a control moves: within a frame, without the server, for everybody."""

from __future__ import annotations

import re

import pandas as pd
from playwright.sync_api import Locator, Page, expect

from kd.analysis.logits import softmax
from kd.config import FIELDS, PRESETS, RunConfig
from kd.studies.shipped import AXES, shipped_study
from kd.studies.verdicts import verdicts
from kd.text.study_words import decimals, rounded, signed
from kd.text.terms import meaning
from kd.text.words import percent
from tests.browser.accessibility import faults
from tests.browser.conftest import choose
from tests.browser.test_pages import at_rest

RUN = RunConfig().run_id
STEPS = 60
# Notes what is drawn in each frame that follows an input event; benchmarks.pages says how long that takes.
WATCH = """() => {
    window.texts = [];
    const place = document.querySelector('.kd-live:has(input)');
    window.shifted = 0;
    const add = list => list.getEntries().forEach(shift => { window.shifted += shift.value; });
    new PerformanceObserver(add).observe({ type: 'layout-shift' });
    place.addEventListener('input', () => requestAnimationFrame(() => {
        const bars = [...place.querySelectorAll('li .kd-unseen')].map(bar => bar.textContent).join();
        window.texts.push(bars);
    }));
}"""


GREY = """parts => parts.map(part => {
    let looks = '';
    for (let one = part; one; one = one.parentElement) looks += getComputedStyle(one).filter;
    return looks;
})"""


def heard(page: Page) -> list[object]:
    """What a page sends and asks for, as it does."""
    found: list[object] = []

    def asked(url: str) -> None:
        # not what the browser has already, nor Streamlit's own fonts and scripts, which load when they show
        if not url.startswith(("blob:", "data:")) and "/static/" not in url:
            found.append(url)

    page.on("websocket", lambda socket: socket.on("framesent", lambda sent: found.append(sent)))
    page.on("request", lambda request: asked(request.url))
    return found


def opened(page: Page, url: str) -> Locator:
    page.goto(url)
    found = page.get_by_role("slider", name="T, temperature", exact=True)
    expect(found).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    return found


def drag(page: Page, slider: Locator, start: float, end: float) -> None:
    """Drag the slider from one share of its length to another, and hold it."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=STEPS)


T_SAID = r"[?&]T=(\d+)"


def test_a_drag_redraws_in_every_frame_and_tells_the_server_and_screen_readers_at_its_end(page, site):
    sent = heard(page)
    slider = opened(page, f"{site.url}/draw?run={RUN}")
    expect_a_drag(page, slider, sent)
    for view, code in (("Soft targets", "targets"), ("The pull on a student", "pull")):
        page.get_by_role("radio", name=view).click()
        expect(page).to_have_url(re.compile(f"view={code}"))
        at_rest(page)
        slider.press("Home")
        expect(page).to_have_url(re.compile(r"[?&]T=0\.1"))
        expect_a_drag(page, slider, sent)
        if code == "targets":
            spoken = page.locator(".kd-live:has(input) [aria-live=polite]")
            expect(spoken).to_have_text(page.locator(".kd-live .kd-verdict").inner_text())


def expect_a_drag(page: Page, slider: Locator, sent: list[object]) -> None:
    """Drag T, from a low value up, and expect what is drawn and said while it moves and at the end."""
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCH)
    spoken, area = page.locator(".kd-live:has(input) [aria-live=polite]"), page.locator(".kd-live:has(input)")
    height, said = area.bounding_box()["height"], spoken.inner_text()
    drag(page, slider, 0.1, 0.3)
    before, address = len(sent), page.url
    drag(page, slider, 0.3, 0.9)
    page.wait_for_timeout(300)
    assert len(sent) == before
    assert page.url == address
    expect(spoken).to_have_text(said)
    assert area.bounding_box()["height"] == height
    texts = page.evaluate("window.texts")
    assert len(texts) > STEPS / 4
    assert len(set(texts)) > STEPS / 6  # what is drawn is new each time
    page.mouse.up()
    expect(page).not_to_have_url(address)
    expect(page).to_have_url(re.compile(T_SAID))
    shown = page.locator(".kd-live-value").first.inner_text()
    assert f"T = {re.search(T_SAID, page.url)[1]}" == shown
    assert page.evaluate("window.shifted") < 0.05


def words_known(row: pd.Series) -> str:
    """What the headline says at a cell, from the verdicts of the study."""
    digits = decimals(row.to_dict())
    low, high = (rounded(row[end], digits) for end in ("low", "high"))
    return f"About {signed(row['difference'], digits)} points here (likely {low} to {high}, 5 repeats)."


def test_train_says_what_the_study_knows_at_every_stop_and_asks_nobody(page: Page, site):
    """The usual setting in all but one axis, which is dragged from its first to its last stop."""
    known = verdicts(shipped_study(), AXES).set_index(list(AXES))
    usual = {name: getattr(RunConfig(), name) for name in AXES}
    sent = heard(page)
    opened(page, f"{site.url}/train?as_i_move=false")
    page.wait_for_load_state("networkidle")
    said, ghost = page.locator(".kd-head .kd-verdict"), page.locator(".kd-live-ghost.kd-distilled")
    said.get_by_role("button", name="percentage points").click()
    expect(said.get_by_text(meaning("points"))).to_be_visible()
    page.keyboard.press("Escape")
    for name, axis in [(name, known.index.levels[AXES.index(name)]) for name in AXES[:3]]:
        slider = page.get_by_role("slider", name=FIELDS[name].label, exact=True)
        first, last = int(slider.get_attribute("min")), int(slider.get_attribute("max"))
        box, stops, places = slider.bounding_box(), [], set()
        before = len(sent)
        page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
        page.mouse.down()
        for at in range(first, last + 1):
            inner = box["width"] - 20  # but for the thumb
            page.mouse.move(box["x"] + 10 + inner * at / last, box["y"] + box["height"] / 2)
            expect(slider).to_have_value(str(at))
            stop = float(slider.get_attribute("aria-valuetext").replace(",", ""))
            stops.append(stop)
            if stop in axis:
                cell = {**usual, name: stop}
                expect(said).to_have_text(words_known(known.loc[tuple(cell.values())]), use_inner_text=True)
                places.add(ghost.get_attribute("transform"))
            elif axis.min() <= stop <= axis.max():
                expect(said).to_contain_text("the nearest studied")
        # Train looks after its runs by itself: what counts is that no control has said anything
        assert not [each for each in sent[before:] if isinstance(each, bytes) and b"moved" in each]
        assert len(places) >= len(axis) - 1
        assert set(axis) <= set(stops)
        page.mouse.move(box["x"] + 10 + inner * stops.index(usual[name]) / last, box["y"] + box["height"] / 2)
        page.mouse.up()


def test_a_result_of_another_setting_is_dimmed_and_named(page: Page, site):
    opened(page, f"{site.url}/train?train_size=300&temperature=20&seed=7&as_i_move=false")
    expect(page.get_by_role("status")).to_contain_text("at 200 images, the nearest studied")
    expect(page.get_by_text("Still shown: α 0.1 · T 10 with T²").first).to_be_visible()
    dimmed = page.locator(".kd-tiles, .st-key-train_below")
    assert all("grayscale" in look for look in dimmed.evaluate_all(GREY))
    expect(page.locator(".kd-live-line.kd-distilled")).to_have_class(re.compile("kd-live-old"))
    expect(page.get_by_text("Not as usual: seed 7")).to_be_visible()
    page.get_by_text("More settings").click()
    choose(page, "Objective", "Logit matching")
    expect(page.get_by_role("status")).to_have_text("Not in the study: Logit matching.")
    expect(page.locator(".kd-live-ghost")).to_have_count(0)
    choose(page, "Start from", PRESETS["default"].label)
    expect(page.get_by_role("status")).to_contain_text("After 640 steps")
    assert not any("grayscale" in look for look in dimmed.evaluate_all(GREY))


def test_the_keyboard_moves_it_by_stops_and_the_server_hears_when_the_key_is_up(page: Page, site, logits):
    def expect_at(temperature: float) -> None:
        """The slider says this temperature, and the bars what NumPy says there."""
        expect(slider).to_have_attribute("aria-valuetext", f"T = {temperature:g}")
        soft = {model: softmax(z, temperature) for model, z in logits.items()}
        expect(page.locator(".kd-live-columns .kd-unseen")).to_have_text(
            [
                f"{d}: Teacher {percent(soft['teacher'][d])}, Distilled {percent(soft['distilled'][d])}, "
                f"Scratch {percent(soft['scratch'][d])}"
                for d in range(10)
            ]
        )

    sent = heard(page)
    slider = opened(page, f"{site.url}/draw?run={RUN}&view=targets&T=12.5&log=true")
    page.wait_for_load_state("networkidle")
    expect_at(12.5)
    expect(page.get_by_role("switch", name="Logarithmic scale")).to_be_checked()
    slider.focus()
    assert faults(page, "soft targets, T has the focus") == []
    before = len(sent)
    for _ in range(4):
        page.keyboard.down("ArrowRight")  # held, so it repeats
    expect_at(50)
    page.wait_for_timeout(200)
    assert len(sent) == before
    page.keyboard.up("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]T=50"))
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"[?&]T=0\.1"))
    expect(slider).to_be_focused()
    expect_at(0.1)
    page.go_back()
    expect_at(50)
    expect(page.get_by_text("At T = 50, the teacher says").first).to_be_visible()


def test_a_finger_moves_it(phone: Page, site):
    page = phone
    slider = opened(page, f"{site.url}/draw?run={RUN}")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box["height"] >= 44
    page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"[?&]T=[12]\d"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    right = page.locator(".kd-live-answers").bounding_box()
    assert right["x"] + right["width"] <= 390


def test_playback_is_scrubbed_and_played_without_the_server_or_point_by_point(page: Page, site):
    sent = heard(page)
    page.goto(f"{site.url}/train?run={RUN}")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_role("tab", name="Playback").click()
    slider = page.get_by_role("slider", name="Time", exact=True)
    expect(page.get_by_text("After epoch 40, it was read as")).to_be_visible()
    page.get_by_role("button", name="Play", exact=True).click()
    expect(slider).to_have_attribute("aria-valuetext", "After epoch 5")
    expect(page.get_by_text("After epoch 5, it was read as")).to_be_visible()  # a part of its own follows
    expect(slider).to_have_attribute("aria-valuetext", "After epoch 10")
    # Train looks after its runs by itself: what counts is that the playback has said nothing
    assert not any(b"moved" in message for message in sent if isinstance(message, bytes))
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    drag(page, slider, 0.9, 0.0)
    expect(slider).to_have_attribute("aria-valuetext", "After epoch 5")
    first = page.locator(".kd-live-matrix.kd-scratch td").nth(1).inner_text()
    page.mouse.up()
    slider.press("End")
    expect(page.locator(".kd-live-matrix.kd-scratch td").nth(1)).not_to_have_text(first)

    page.emulate_media(reduced_motion="reduce")  # who asks for less goes point by point
    following = page.get_by_role("button", name="Next", exact=True)
    for point in ("After epoch 5", "After epoch 10"):
        following.click()
        expect(slider).to_have_attribute("aria-valuetext", point)
    page.wait_for_timeout(1200)
    expect(slider).to_have_attribute("aria-valuetext", "After epoch 10")
