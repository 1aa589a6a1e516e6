"""Charts in a real browser: text that can be read in both themes."""

from playwright.sync_api import Page, expect

from tests.contrast import contrast

CHARTS = '[data-testid="stVegaLiteChart"]'
# Of every text in a chart: what it says, and its colour as "#RRGGBB".
TEXTS = """() => [...document.querySelectorAll('[data-testid="stVegaLiteChart"] text')]
    .filter(text => text.textContent)
    .map(text => [text.textContent, '#' + getComputedStyle(text).fill.match(/\\d+/g)
        .map(part => Number(part).toString(16).padStart(2, '0')).join('')])"""


def test_text_in_charts_can_be_read_in_both_themes(page: Page, site):
    for scheme, background in (("light", "#FFFFFF"), ("dark", "#14181B")):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{site.url}/train")
        expect(page.locator(f"{CHARTS} svg")).to_have_count(2)
        texts = page.evaluate(TEXTS)
        assert {"Epoch", "Test accuracy by epoch"} <= {text for text, _ in texts}
        assert [(text, colour) for text, colour in texts if contrast(colour, background) < 4.5] == []
