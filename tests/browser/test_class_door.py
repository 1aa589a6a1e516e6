"""A phone comes back to its class: after a lost connection, a server that was killed, and a reload."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from kd.lab import Lab
from tests import WITHOUT_TENSORFLOW
from tests.app_process import app_process, free_port
from tests.browser.conftest import visit

WAITS, WATCH = "Connected. The class waits for your answer.", "Connected. Watch the wall."
LOST = "No connection. Your answer stays here until it is back."

# Counts the dialogs that come.
DIALOGS = """() => {
    window.dialogs = 0;
    new MutationObserver((changes) => {
        for (const { addedNodes } of changes) {
            for (const node of addedNodes) {
                dialogs += node.dataset?.testid === 'stDialog';
            }
        }
    }).observe(document.body, { childList: true, subtree: true });
}"""


def test_a_phone_comes_back_to_its_class_and_hears_what_it_has_missed(touch_window: BrowserContext, tmp_path):
    port = free_port()
    with (
        Lab(tmp_path) as lab,
        app_process(tmp_path, port=port, PYTHONPATH=WITHOUT_TENSORFLOW) as app,
        visit(touch_window, app) as phone,
    ):
        room = lab.classes.open("guess;digits", "host")
        line = phone.locator(".kd-following")
        guess, digits = (phone.get_by_text(each.title()) for each in room.view().plan)
        phone.goto(f"{app.url}/class?code={room.code}")
        phone.get_by_role("textbox", name="Name").fill("Ana")
        phone.get_by_role("button", name="Join").tap()
        expect(line).to_have_text(WATCH)
        height = line.bounding_box()["height"]
        room.start()
        expect(line).to_have_text(WAITS)
        expect(guess).to_be_visible()
        touch_window.set_offline(True)
        expect(line).to_have_text(LOST)
        assert line.bounding_box()["height"] == height  # nothing below it moves
        room.next()  # while it is away
        touch_window.set_offline(False)
        expect(digits).to_be_visible()
        expect(line).to_have_text(WATCH)
        phone.evaluate(DIALOGS)
        app.process.kill()
        expect(line).to_have_text(LOST)
        phone.wait_for_function("dialogs > 0")  # Streamlit's own words about a lost server
        expect(phone.get_by_test_id("stDialog")).to_have_count(0)
        room.start()
        with app_process(tmp_path, port=port, PYTHONPATH=WITHOUT_TENSORFLOW):
            expect(line).to_have_text(WAITS, timeout=120_000)
            room.go_to(0)  # the new server draws the page, too
            expect(guess).to_be_visible()
            expect(line).to_have_text(WATCH)
            phone.reload()
            expect(line).to_have_text(WATCH)
            assert [pupil.name for pupil in room.view().pupils] == ["Ana"]
