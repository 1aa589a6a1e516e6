"""Every page has a title, headings, a paragraph, something to try and a formula."""

import re

import pytest

from tests.pages.on_page import html_of

PAGES = ["home", "train", "draw", "dark_knowledge", "sweep", "how_sure", "experiments", "runs"]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_explains_itself_under_a_title_and_headings(open_page, shipped, name):
    page = open_page(name)
    said = [element.value for element in page.markdown]
    tried = [index for index, text in enumerate(said) if text.startswith("**Try this.** ")]
    assert tried
    assert all(len(said[index - 1]) > 150 for index in tried)  # the paragraph above it
    assert len(page.latex) == len(tried)
    if name == "home":
        accuracies = [shipped.result[model]["test_accuracy"] for model in ("teacher", "distilled")]
        assert f"one parameter for every {1433610 / 20490:.0f} of its teacher's" in said[tried[0]]
        assert f"the answer is {round(10_000 * (accuracies[0] - accuracies[1])):,}." in said[tried[0]]
    assert len(page.title) == 1
    assert page.header  # of the lesson
    unseen = re.findall(r'<h2 class="kd-unseen[ \w-]*">(.+?)</h2>', html_of(page))
    headings = [*unseen, *(heading.value for heading in page.header)]
    assert len(set(headings)) == len(headings) >= 2
