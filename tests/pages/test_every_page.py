"""What every page has: a paragraph, something to try, and a formula."""

import pytest


@pytest.mark.parametrize("name", ["home", "train", "draw", "dark_knowledge", "runs"])
def test_every_page_explains_itself(open_page, name):
    page = open_page(name)
    said = [element.value for element in page.markdown]
    tried = [index for index, text in enumerate(said) if text.startswith("**Try this.** ")]
    assert tried
    for index in tried:
        assert len(said[index - 1]) > 150  # the paragraph before it
    assert len(page.latex) == len(tried)


def test_home_counts_what_the_student_pays_for_its_size(open_page, shipped):
    result = shipped.result
    lost = round(10_000 * (result["teacher"]["test_accuracy"] - result["distilled"]["test_accuracy"]))
    (tried,) = (e.value for e in open_page("home").markdown if e.value.startswith("**Try this.**"))
    assert f"of {1433610 / 20490:.0f} parameters" in tried
    assert f"In the run above, {lost:,}." in tried
