"""Before there is any run, every page opens and says what to do first, in the reader's language."""

import pytest

from tests.pages.test_every_page import PAGES
from tests.pages.test_every_sentence import escaped
from tests.pseudo_language import mark


@pytest.fixture(autouse=True, scope="module")  # before there is a lab
def nothing_shipped(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kd.store.shipped.SHIPPED", tmp_path_factory.mktemp("shipped"))
        yield


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_any_run_and_says_what_to_do_first(open_page, pseudo_language, name):
    app = open_page(name)
    assert not app.error
    assert escaped(app) == set()
    controls = {
        *(button.label for button in app.button),
        *(each.proto.label for each in app.get("page_link")),
    }
    first = {"home": "Train a student now", "train": "Train", "class": "Open the class"}.get(
        name, "Train the first run"
    )
    assert mark(first) in controls or name in ("sweep", "experiments")
    if name in ("train", "draw", "runs"):
        assert len(app.button) == (3 if name == "train" else 2)  # and Present and Share
