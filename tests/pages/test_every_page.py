"""Every page has a paragraph, something to try, and a formula."""

import re

import pytest

from tests.pages.on_page import html_of

PAGES = ["home", "train", "draw", "dark_knowledge", "sweep", "how_sure", "experiments", "runs"]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_explains_itself(open_page, name):
    page = open_page(name)
    said = [element.value for element in page.markdown]
    tried = [index for index, text in enumerate(said) if text.startswith("**Try this.** ")]
    assert tried
    for index in tried:
        assert len(said[index - 1]) > 150  # the paragraph above it
    assert len(page.latex) == len(tried)


def test_home_counts_what_the_student_pays_for_its_size(open_page, shipped):
    result = shipped.result
    lost = round(10_000 * (result["teacher"]["test_accuracy"] - result["distilled"]["test_accuracy"]))
    (tried,) = (e.value for e in open_page("home").markdown if e.value.startswith("**Try this.**"))
    assert f"one parameter for every {1433610 / 20490:.0f} of its teacher's" in tried
    assert f"the answer is {lost:,}." in tried


SECTIONS = ("drawing_open", "reading_open")
CHOICES = (
    {},
    {"explore": "Errors", "errors": "changes"},
    {"explore": "Errors", "errors": "trust", "way": "test"},
    {"explore": "Playback", "way": "upload", "source": "digit", "view": "pull"},
    {"explore": "Inside", "source": "draw", "view": "all"},
)
# A link says where it leads, a folded section what it is called.
WITHOUT_HELP = ("page_link", "expander")


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", PAGES[1:])
def test_every_control_has_a_label_and_a_help_text(open_page, name, choice):
    page = open_page(name)
    for section in SECTIONS:
        page.session_state[section] = True
    for key, value in choice.items():
        page.session_state[key] = value
    page.run()
    assert not page.exception
    controls = [
        element
        for element in _elements(page._tree)
        if element.type not in WITHOUT_HELP
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


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_title_and_headings_of_sections_under_it(open_page, name):
    page = open_page(name)
    assert len(page.title) == 1
    assert page.header  # of the lesson
    unseen = re.findall(r'<h2 class="kd-unseen[ \w-]*">(.+?)</h2>', html_of(page))
    headings = [*unseen, *(heading.value for heading in page.header)]
    assert len(headings) >= 2
    assert len(set(headings)) == len(headings)
