"""What axe-core, and a look at the charts' text, find wrong with a page in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EVERY_RULE = {"type": "tag", "values": list(TAGS)}
# All others see the same in both themes.
RULES_OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 27)"}
# Rules that Streamlit and its canvas break, with what they break them on: no style of ours reaches these.
NOT_OURS = (
    # the drop zone has a label, and the role of something that needs none
    ("presentation-role-conflict", 'data-testid="stFileUploaderDropzone"'),
    # tooltips and menus are drawn beside the page, outside of every landmark
    ("region", 'id="stFloatingOverlayPortal"'),
    ("region", 'data-floating-ui-portal=""'),
    # the canvas' own tools are 21 pixels high; the large button Clear does the same as one of them
    ("target-size", 'class="dc-icon-button"'),
)
TRIES = 6
MILLISECONDS_BETWEEN = 400

_UNREADABLE_TEXT = Path(__file__).with_name("unreadable_text.js").read_text(encoding="utf-8")
_AT_REST = """background => {
    const app = document.querySelector('[data-testid="stApp"]');
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
    return getComputedStyle(app).backgroundColor === background
        && app.dataset.testScriptState !== 'running'
        && charts.every(chart => chart.querySelector('svg') || !chart.checkVisibility());
}"""
_axe = Axe()


def faults(page: Page, state: str, part: str = "") -> list[str]:
    """What is wrong with the page as it is now, a line each, in both themes; it stays in the second.

    Args:
        state: what the page shows, for the lines.
        part: a selector of all that has changed since the page was looked at before; without one, all of it.
    """
    found = []
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    themes = ("dark", "light") if is_dark else ("light", "dark")
    for theme, rules in zip(themes, (EVERY_RULE, RULES_OF_COLOUR), strict=True):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(_AT_REST, arg=BACKGROUNDS[theme])
        found += [f"{state}, {theme}: {fault}" for fault in _lasting_faults(page, rules, part)]
    return found


def _lasting_faults(page: Page, rules: dict[str, Any], part: str) -> list[str]:
    """What is still wrong once everything is drawn: a chart takes a moment to change its colours."""
    for _ in range(TRIES):
        found = _faults(page, rules, part)
        if not found:
            break
        page.wait_for_timeout(MILLISECONDS_BETWEEN)
    return found


def _faults(page: Page, rules: dict[str, Any], part: str) -> list[str]:
    options = {"runOnly": rules, "resultTypes": ["violations"], "selectors": False}
    if page.evaluate("!window.axe"):
        page.evaluate(_axe.axe_script)
    violations = page.evaluate("given => axe.run(...given)", [part or "html", options])["violations"]
    found = [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
        if not any(violation["id"] == rule and part in node["html"] for rule, part in NOT_OURS)
    ]
    if page.locator("h2").count() == 0:
        found.append("no heading of a section")
    return found + page.evaluate(_UNREADABLE_TEXT, part or "html")
