"""Charts in a real browser: a sentence in place of marks."""

from playwright.sync_api import Page, expect

CHARTS = '[data-testid="stVegaLiteChart"]'


def spoken(page: Page, role: str) -> list[str]:
    """The names of what a screen reader meets in this role."""
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    met = [node for node in tree if not node["ignored"] and node["role"]["value"] == role]
    return [node.get("name", {}).get("value", "") for node in met]


def words(page: Page) -> list[str]:
    """The sentences for screen readers alone, which are spoken before the charts."""
    expect(page.locator("h1")).to_be_visible()  # a page shows once it is drawn
    met = spoken(page, "StaticText")
    said = page.locator('[data-testid="stHtml"] > p.kd-unseen').all_inner_texts()
    assert all(any(sentence in name for name in met) for sentence in said)
    return said


def test_a_screen_reader_gets_the_result_of_a_chart_and_none_of_its_marks(page: Page, site):
    page.goto(f"{site.url}/train")
    expect(page.locator(f"{CHARTS} svg")).to_have_count(3)
    accuracy, trail, loss = words(page)
    assert accuracy.startswith(
        "Test accuracy by epoch. Distilled: from 78.14\u00a0% after epoch 5 to 93.06\u00a0% "
    )
    assert trail.startswith("Gain over scratch against T, temperature: 1 run. Shown now: +6.15 points at 10.")
    assert loss.startswith("The distilled student's loss by epoch. Teacher's part: from ")
    assert spoken(page, "graphics-symbol") == []
    page.goto(f"{site.url}/dark_knowledge?view=all")
    expect(page.locator(f"{CHARTS} svg")).to_have_count(5)
    assert all(name.endswith(".") for name in spoken(page, "graphics-document"))
    matrix, entropy = words(page)
    assert matrix.startswith(
        "The teacher's mean soft targets at T = 4. Strongest likeness: for pictures of 4"
    )
    assert entropy.startswith("The teacher's mean entropy over the test pictures: 0.92 bits at T = 4")
    assert spoken(page, "graphics-symbol") == []
