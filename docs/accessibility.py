"""Write down what a screen reader is told on Train, in docs/accessibility.md.

    python -m docs.accessibility

starts the app with an empty home, opens Train in Chromium, moves a slider, trains a run, and replaces what is
between the two marks of the page: the parts of Chromium's accessibility tree, and all that is said aloud.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, expect, sync_playwright

from tests.app_process import app_process
from tests.browser.chromium import bring

PAGE = Path(__file__).with_name("accessibility.md")
FROM, TO = "<!-- from python -m docs.accessibility -->\n", "<!-- to here -->"
LANDMARKS = ("banner", "navigation", "main", "region")
CONTROLS = ("combobox", "slider", "switch", "spinbutton", "tab")
PARTS = (*LANDMARKS, "heading", *CONTROLS, "status", "image", "progressbar", "table")
"""Of the tree: where one is, what one can set, and what shows a result."""
MINUTES = 60_000
LISTEN = """() => {
  const said = new Map();
  window.aloud = [];
  const listen = () => {
    for (const place of document.querySelectorAll('[aria-live], [role=status], [role=alert]')) {
      const words = place.textContent.trim();
      if (place.ariaLive === 'off' || said.get(place) === words) continue;
      if (words) aloud.push(words);
      said.set(place, words);
    }
  };
  listen();
  aloud.length = 0;
  const everything = { childList: true, subtree: true, characterData: true };
  new MutationObserver(listen).observe(document.body, everything);
}"""
"""Keeps in `aloud` what live regions come to say."""


class Part(NamedTuple):
    """One part of the accessibility tree, as a screen reader has it."""

    role: str
    name: str
    value: str
    description: str

    def __str__(self) -> str:
        said = " ".join(filter(None, [self.role, f"“{self.name}”" if self.name else "", self.value]))
        return f"{said} · {self.description}" if self.description else said


def parts(page: Page) -> list[Part]:
    """Returns the parts of Chromium's accessibility tree, in the order in which they are read."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}

    def text(node: dict[str, Any]) -> Iterator[str]:
        if node.get("role", {}).get("value") == "StaticText":
            yield str(node["name"]["value"])
        for child in node.get("childIds", ()):
            yield from text(by_id[child]) if child in by_id else ()

    def read(node: dict[str, Any]) -> Iterator[Part]:
        said = {name: str(node.get(name, {}).get("value", "")) for name in Part._fields}
        more = {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
        if not node["ignored"] and said["role"] in PARTS:
            value = more.get("valuetext") or (f"level {more['level']}" if said["role"] == "heading" else "")
            if said["role"] == "status":
                value = "".join(text(node))
            states = [
                state for state in ("checked", "selected", "disabled") if more.get(state) in (True, "true")
            ]
            yield Part(**{**said, "value": ", ".join(filter(None, [value or said["value"], *states]))})
        for child in node.get("childIds", ()):
            yield from read(by_id[child]) if child in by_id else ()

    return list(read(nodes[0]))


def aloud(page: Page) -> list[str]:
    """Returns what has been said aloud since LISTEN, or since this was asked last."""
    return list(page.evaluate("aloud.splice(0)"))


def _told(page: Page, url: str) -> str:
    page.goto(f"{url}/train?as_i_move=false")
    page.get_by_text("McNemar").first.wait_for()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    tree = parts(page)
    page.evaluate(LISTEN)
    page.get_by_role("slider", name="T, temperature").press("ArrowRight")
    page.wait_for_function("aloud.length")
    moved = aloud(page)
    page.get_by_role("button", name="Train", exact=True).press("Enter")
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    page.get_by_role("button", name="Train", exact=True).wait_for(timeout=5 * MINUTES)
    page.wait_for_function("/ scratch|no difference/.test(aloud.at(-1))")
    trained = aloud(page)
    sections = {
        "In this order": map(str, tree),
        "Aloud, after T has moved": moved,
        "Aloud, from Train to the result": trained,
    }
    return "\n".join(f"### {title}\n\n{_lines(lines)}\n" for title, lines in sections.items())


def _lines(lines: Any) -> str:
    return "\n".join(f"- {' '.join(line.split())}" for line in lines)


def main() -> None:
    chromium = bring()
    with (
        tempfile.TemporaryDirectory() as home,
        app_process(Path(home), KD_AHEAD="0") as app,
        sync_playwright() as playwright,
    ):
        expect.set_options(timeout=MINUTES)
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(MINUTES)
        told = _told(page, app.url)
        browser.close()
    before, after = PAGE.read_text(encoding="utf-8").split(FROM)[0], TO
    PAGE.write_text(f"{before}{FROM}\n{told}\n{after}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
