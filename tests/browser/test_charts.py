"""Charts in a real browser: a sentence in place of marks."""

from playwright.sync_api import Page, expect


def spoken(page: Page, role: str) -> list[str]:
    """The names of what a screen reader meets in this role."""
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    met = [node for node in tree if not node["ignored"] and node["role"]["value"] == role]
    return [node.get("name", {}).get("value", "") for node in met]


def test_a_screen_reader_gets_the_result_of_a_chart_and_none_of_its_marks(page: Page, site):
    page.goto(f"{site.url}/train?errors=alike")
    expect(page.locator(".st-key-figure-look-alikes svg.marks")).to_be_visible()
    words = "".join(spoken(page, "StaticText"))
    assert "The teacher's mean soft targets at T = 4. Strongest likeness: for pictures of 4" in words
    assert all(name.endswith(".") for name in spoken(page, "graphics-document"))
    assert spoken(page, "graphics-symbol") == []
