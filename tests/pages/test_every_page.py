"""Every page has headings, a paragraph, something to try and a formula; every control has a help text."""

import re

import pytest

from tests.pages.on_page import html_of

PAGES = ["home", "train", "draw", "dark_knowledge", "sweep", "how_sure", "experiments", "runs"]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_explains_itself_and_its_controls_under_a_title_and_headings(open_page, shipped, name):
    page = open_page(name)
    said = [element.value for element in page.markdown]
    tried = [index for index, text in enumerate(said) if text.startswith("**Try this.** ")]
    assert tried
    for index in tried:
        assert len(said[index - 1]) > 150  # the paragraph above it
    assert len(page.latex) == len(tried)
    if name == "home":
        result = shipped.result
        lost = round(10_000 * (result["teacher"]["test_accuracy"] - result["distilled"]["test_accuracy"]))
        (text,) = (said[index] for index in tried)
        assert f"one parameter for every {1433610 / 20490:.0f} of its teacher's" in text
        assert f"the answer is {lost:,}." in text
    assert len(page.title) == 1
    assert page.header  # of the lesson
    unseen = re.findall(r'<h2 class="kd-unseen[ \w-]*">(.+?)</h2>', html_of(page))
    headings = [*unseen, *(heading.value for heading in page.header)]
    assert len(headings) >= 2
    assert len(set(headings)) == len(headings)
    expect_help(page, name)


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("train", {"explore": "Errors", "errors": "changes"}),
        ("train", {"explore": "Errors", "errors": "trust"}),
        ("train", {"explore": "Playback"}),
        ("train", {"explore": "Inside"}),
        ("draw", {"way": "test", "drawing_open": True, "reading_open": True}),
        ("draw", {"way": "upload", "drawing_open": True}),
        ("dark_knowledge", {"source": "digit", "view": "pull"}),
        ("dark_knowledge", {"source": "draw", "view": "all"}),
    ],
)
def test_every_control_of_other_views_has_a_label_and_a_help_text(open_page, name, choice):
    page = open_page(name)
    for key, value in choice.items():
        page.session_state[key] = value
    expect_help(page.run(), name)


def expect_help(page, name: str) -> None:
    assert not page.exception
    controls = [
        element
        for element in _elements(page._tree)
        # a link says where it leads, a folded section what it is called
        if element.type not in ("page_link", "expander")
        and {"label", "help"} <= set(element.proto.DESCRIPTOR.fields_by_name)
    ]
    assert controls or name == "runs"
    for control in controls:
        assert control.proto.label, control
        assert control.proto.help, control.proto.label


def _elements(block):
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from _elements(child)
        else:
            yield child
