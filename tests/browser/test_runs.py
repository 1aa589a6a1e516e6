"""The notebook: thousands of runs are sorted and found, two are ticked and compared."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from kd.lab import Lab
from tests.stored_runs import remove_many, save_many

ROW, TICK = 35, 16
MANY = 5_000


@pytest.fixture
def many(site) -> Iterator[list[str]]:
    """So many runs, which are gone again afterwards."""
    home = site.log.parent
    run_ids = save_many(home, MANY)
    with Lab(home) as lab:
        lab.runs.views()  # the index knows the figures then
    yield run_ids
    remove_many(home, run_ids)


def table(page: Page) -> Locator:
    return page.locator("[data-testid=stDataFrame] [role=grid]")


def lists(page: Page, rows: int) -> None:
    """Wait until the table has so many lines."""
    expect(table(page)).to_have_attribute("aria-rowcount", str(rows + 1))


def click(page: Page, row: int, across: float) -> None:
    """Click into a line of the table, or into its heading (row 0)."""
    page.get_by_test_id("stDataFrameResizable").click(position={"x": across, "y": (row + 0.5) * ROW})


CELLS = "() => document.querySelector('[data-testid=stDataFrame] tbody').textContent"
ASCENDING = """() => {
  const cells = [...document.querySelectorAll('[data-testid=stDataFrame] tbody td[aria-colindex="2"]')];
  const gains = cells.map((cell) => parseFloat(cell.textContent.replace('−', '-')));
  return gains.length > 3 && gains.every((gain, at) => at === 0 || gains[at - 1] <= gain);
}"""


def test_thousands_of_runs_are_sorted_and_found_and_two_are_compared(page: Page, site, many):
    page.goto(f"{site.url}/runs?fold=false&by=temperature&values=8")
    lists(page, MANY // 180 * 30)  # of each 180 settings, 30 have T 8
    page.goto(f"{site.url}/runs?fold=false")
    expect(table(page)).to_have_attribute("aria-rowcount", re.compile("^5[0-9]{3}$"))
    assert not page.evaluate(ASCENDING)
    for across in range(260, 560, 40):  # the more columns there are, the further left is that of gains
        before = page.evaluate(CELLS)
        click(page, 0, across=across)
        with contextlib.suppress(TimeoutError):  # as it was in the order of this column
            page.wait_for_function(f"(before) => ({CELLS})() !== before", arg=before, timeout=5_000)
        if page.evaluate(ASCENDING):
            break
    assert page.evaluate(ASCENDING)
    page.get_by_role("textbox", name="Find").fill(many[7])
    lists(page, 1)
    page.goto(f"{site.url}/runs?fold=false&whose=app")
    lists(page, 2)
    for row in (1, 2):
        click(page, row, across=TICK)
        expect(page.get_by_text(re.compile(f"^{row} runs? ticked$"))).to_be_visible()
    expect(page.get_by_text(re.compile("points (ahead of|behind) A"))).to_be_visible()
    expect(page.locator(".st-key-save-compared-runs")).to_be_visible()
    expect(page).to_have_url(re.compile("ticked=[0-9a-f]{12}(,|%2C)[0-9a-f]{12}"))
    # by which all windows are the same person's, also after the browser has been closed
    (cookie,) = (each for each in page.context.cookies() if each["name"] == "_streamlit_xsrf")
    assert cookie["expires"] > time.time() + 300 * 24 * 3600
