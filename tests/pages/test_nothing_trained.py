"""Before there is any run, every page opens and says what to do first."""

import pytest


@pytest.fixture(autouse=True, scope="module")  # before there is a lab
def nothing_shipped(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kd.store.shipped.SHIPPED", tmp_path_factory.mktemp("shipped"))
        yield


@pytest.mark.parametrize(
    ("name", "buttons", "said"),
    [
        ("home", ["Show me", "Train a student now"], ""),
        ("train", ["Train"], "Press Train"),
        ("draw", [], "Train the first run"),
        ("dark_knowledge", [], "Train the first run"),
        ("runs", [], "Train the first run"),
    ],
)
def test_a_page_opens_without_any_run_and_says_what_to_do_first(open_page, name, buttons, said):
    app = open_page(name)
    assert not app.error
    assert [button.label for button in app.button] == [*buttons, "Present"]
    links = [link.proto.label for link in app.get("page_link")]
    assert said in " ".join([*links, *(text.value for text in app.markdown)])
