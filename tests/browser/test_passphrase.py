"""The passphrase's door: a wrong phrase gets a sentence, the right one leads to the class of the link."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from kd.lab import Lab
from tests import WITHOUT_TENSORFLOW
from tests.app_process import app_process
from tests.browser.conftest import visit

PASSPHRASE = "quatro palavras em português"


def test_only_the_passphrase_leads_in_and_then_to_the_class_of_the_link(
    touch_window: BrowserContext, tmp_path
):
    own = {"KD_PASSPHRASE": PASSPHRASE, "PYTHONPATH": WITHOUT_TENSORFLOW}
    with (
        Lab(tmp_path) as lab,
        app_process(tmp_path, **own) as app,
        visit(touch_window, app) as phone,
    ):
        room = lab.classes.open("guess;digits", "host")
        stream = f"{app.url.replace('http', 'ws', 1)}/_stcore/stream"
        with pytest.raises(InvalidHandshake):
            connect(stream, origin=app.url, subprotocols=["streamlit"])
        phone.goto(f"{app.url}/class?code={room.code}")
        field = phone.get_by_label("Passphrase")
        field.fill("quatro palavras")
        field.press("Enter")
        expect(phone.get_by_role("alert")).to_have_text("This is not the passphrase.")
        field.fill(PASSPHRASE)
        phone.get_by_role("button", name="Enter").tap()
        phone.get_by_role("textbox", name="Name").fill("Ana")
        phone.get_by_role("button", name="Join").tap()
        expect(phone.locator(".kd-following")).to_have_text("Connected. Watch the wall.")
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in touch_window.cookies(app.url))
        connect(
            stream, origin=app.url, subprotocols=["streamlit"], additional_headers={"Cookie": cookie}
        ).close()
        touch_window.clear_cookies()
        phone.goto(f"{app.url}/class?code={room.code}")
        expect(field).to_be_visible()
