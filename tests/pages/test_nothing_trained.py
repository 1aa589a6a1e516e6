"""Before there is any run, every page opens and says what to do first."""

import pytest

from tests.pages.on_page import html_of


@pytest.fixture(autouse=True, scope="module")  # before there is a lab
def nothing_shipped(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kd.store.shipped.SHIPPED", tmp_path_factory.mktemp("shipped"))
        yield


@pytest.mark.parametrize("name", ["home", "train", "draw", "runs"])
def test_a_page_opens_without_any_run(open_page, name):
    app = open_page(name)
    assert not app.error
    offered = {"home": ["Show me", "Train a student now"], "train": ["Train"]}
    assert [button.label for button in app.button] == [*offered.get(name, []), "Present"]


def test_a_page_says_what_to_do_first(open_page):
    assert "Press Train" in " ".join(text.value for text in open_page("train").markdown)
    for name in ("draw", "runs"):
        links = [link.proto.label for link in open_page(name).get("page_link")]
        assert "Train the first run" in links
    assert html_of(open_page("home"))
