"""What the address says, in a browser: never rendered as Markdown, and undone as a whole by one Back."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import choose
from tests.browser.test_pages import at_rest, unfold

PARAMETERS = ("view", "T", "picture", "log", "way")
NASTY = [
    "![x](http://example.org/p.png)",
    "[Go on](//example.org)",
    "http://example.org/",
    "www.example.org",
    "someone@example.org",
    "<img src=//example.org/p.png>",
    "$\\frac{1}{2}$ :smile: :red[x]",
    ":material/delete: **b** `c` ~~d~~",
    "# a - b | c -> d",
    "1. one <script>two()</script>",
]


@pytest.mark.parametrize("texts", [NASTY[:5], NASTY[5:]])
def test_text_from_the_address_is_shown_literally(page: Page, site, texts):
    query = "&".join(f"{name}={quote(text, safe='')}" for name, text in zip(PARAMETERS, texts, strict=True))
    page.goto(f"{site.url}/draw?{query}")
    said = page.get_by_test_id("stAlert").get_by_test_id("stMarkdownContainer")
    expect(said).to_have_count(len(texts))
    expect(said.last).to_be_visible()
    words = "".join(said.all_text_contents()).replace("\u2060", "")
    for text in texts:
        # Streamlit draws the arrow as one character
        assert f"“{text}”" in words.replace("→", "->")
    made = "a, img, code, strong, del, h1, li, table, script, .katex, [role=img], [style*=color]"
    expect(said.locator(made)).to_have_count(0)
    # the fixture's watch makes sure that no other machine was contacted


def expect_chosen(page: Page, preset: str, teacher: str, epochs: str) -> None:
    """Waits until controls on Train that the notebook's preset moves have these values."""
    # for a moment, the old box is still there next to the new one
    expect(page.get_by_role("combobox", name="Start from").last).to_have_value(preset)
    expect(page.get_by_role("combobox", name="Teacher", exact=True).last).to_have_value(teacher)
    expect(page.get_by_label("Epochs", exact=True).last).to_have_value(epochs)


def test_one_back_undoes_a_whole_preset_and_forward_restores_it(page: Page, site):
    page.goto(f"{site.url}/train?as_i_move=false")
    expect(page).to_have_url(re.compile("run="))
    unfold(page, "More settings")
    usual, notebook = ("Few images", "Strong", "40"), ("The notebook, to the letter", "Notebook", "3")
    expect_chosen(page, *usual)
    choose(page, "Start from", notebook[0])
    parts = ("train_size=10000", "temperature_squared=false", "teacher=notebook", "epochs=3")
    for part in parts:
        expect(page).to_have_url(re.compile(part))
    expect_chosen(page, *notebook)
    page.go_back()
    expect_chosen(page, *usual)
    assert not any(part in page.url for part in parts)
    page.go_forward()
    expect_chosen(page, *notebook)
    assert all(part in page.url for part in parts)


def test_going_back_to_a_refused_address_is_refused_again(page: Page, site):
    page.goto(f"{site.url}/train?alpha=7&epochs=1_2&as_i_move=false")
    expect(page.get_by_text("alpha must be between 0 and 1")).to_be_visible()
    expect(page).to_have_url(re.compile(r"epochs=12"))
    assert "alpha" not in page.url
    # whether what was written is a step to go back to depends on how fast the page came: here it is one
    page.evaluate("history.replaceState(history.state, '', '/train?alpha=7&epochs=1_2&as_i_move=false')")
    alpha = page.get_by_role("slider", name="α, weight of the true labels")
    alpha.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"alpha=0\.15"))
    expect(page.get_by_text("alpha must be between 0 and 1")).to_be_hidden()
    page.go_back()
    expect(page.get_by_text("alpha must be between 0 and 1")).to_be_visible()
    expect(alpha).to_have_attribute("aria-valuetext", "0.1")
    page.get_by_text("More settings").click()
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("12")


def test_a_view_has_its_code_in_the_address_and_back_returns_to_the_one_before(page: Page, site):
    page.goto(f"{site.url}/draw?T=7")
    temperature = page.get_by_role("slider", name="T, temperature", exact=True)
    views = {name: page.get_by_role("radio", name=name) for name in ("Answers", "The pull on a student")}
    views["The pull on a student"].click()
    expect(page).to_have_url(re.compile(r"view=pull"))
    assert "T=7" in page.url
    at_rest(page)
    page.go_back()
    expect(views["Answers"]).to_be_checked()
    assert "view" not in page.url
    at_rest(page)
    page.go_forward()
    expect(views["The pull on a student"]).to_be_checked()
    at_rest(page)
    page.get_by_role("link", name="Runs").click()
    expect(page).to_have_url(re.compile(r"/runs"))
    assert "view" not in page.url
    at_rest(page)
    page.get_by_role("link", name="Draw", exact=True).click()
    returned = re.compile(r"/draw.*run=.*view=pull|/draw.*view=pull.*run=")
    expect(page).to_have_url(returned)
    expect(views["The pull on a student"]).to_be_checked()
    at_rest(page)
    page.go_back()  # whatever the page adds to its address: a click is one step to go back from
    expect(page).to_have_url(re.compile(r"/runs"))
    at_rest(page)
    page.go_forward()
    expect(page).to_have_url(returned)
    page.reload()
    expect(views["The pull on a student"]).to_be_checked()
    expect(temperature).to_have_attribute("aria-valuetext", "T = 7")
    temperature.press("End")
    page.get_by_role("radio", name="Soft targets").click()
    expect(page.get_by_text("Soft targets at temperature T, in percent")).to_be_visible()
    expect(temperature).to_have_attribute("aria-valuetext", "T = 100")
