"""Charts in a real browser: a sentence in place of marks."""

from playwright.sync_api import Page, expect

FIGURE = ".st-key-figure-look-alikes"


def spoken(page: Page, role: str) -> list[str]:
    """The names of what a screen reader meets in this role within the figure."""
    session = page.context.new_cdp_session(page)
    found = session.send("Runtime.evaluate", {"expression": f"document.querySelector('{FIGURE}')"})
    asked = {"objectId": found["result"]["objectId"], "role": role}
    met = [node for node in session.send("Accessibility.queryAXTree", asked)["nodes"] if not node["ignored"]]
    session.detach()
    return [node.get("name", {}).get("value", "") for node in met]


def test_a_screen_reader_gets_the_result_of_a_chart_and_none_of_its_marks(page: Page, site):
    page.goto(f"{site.url}/train?errors=alike")
    expect(page.locator(f"{FIGURE} svg.marks")).to_be_visible()
    words = "".join(spoken(page, "StaticText"))
    assert "The teacher's mean soft targets at T = 4. Strongest likeness: for pictures of 4" in words
    (chart,) = spoken(page, "graphics-document")
    assert chart.endswith(".")
    assert spoken(page, "graphics-symbol") == []
