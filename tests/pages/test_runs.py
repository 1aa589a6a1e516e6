"""Runs: every run with what it reached and a link to it; runs are kept, deleted and brought back."""

import pytest

from kd.config import RunConfig
from kd.text.words import UNREADABLE, accuracy, file_size
from tests.pages.on_page import html_of, warnings_of
from tests.store.test_upkeep import save


@pytest.fixture
def own(lab):
    run_id = save(lab, 11)
    lab.upkeep.forget_usage()
    yield run_id
    lab.store.remove_run(run_id)


def buttons(app):
    return {button.key: button for button in app.button}


def test_each_run_is_listed_with_its_accuracies_and_a_link(open_page, shipped):
    app = open_page("runs")
    for model in ("teacher", "distilled", "scratch"):
        assert accuracy(shipped.result[model]["test_accuracy"]) in html_of(app)
    links = [(link.proto.page, link.proto.query_string) for link in app.get("page_link")]
    assert ("train", f"run={shipped.run_id}") in links
    assert any("came with the app" in caption.value for caption in app.caption)
    assert f"delete_{shipped.run_id}" not in buttons(app)


def test_the_page_says_how_much_space_runs_use(open_page, lab, own):
    app = open_page("runs")
    assert "1 saved run:" in html_of(app)
    assert f"{file_size(lab.upkeep.usage().used)} of 2 GB used" in html_of(app)
    assert any(file_size(lab.upkeep.usage().runs[own]) in caption.value for caption in app.caption)


def test_a_run_is_deleted_and_restored(open_page, lab, own):
    app = open_page("runs")
    buttons(app)[f"delete_{own}"].click().run()
    assert f"delete_{own}" not in buttons(app)
    assert "Deleted: " in html_of(app)
    assert not lab.store.has_run(own)
    next(button for button in app.button if button.label == "Undo").click().run()
    assert f"delete_{own}" in buttons(app)
    assert lab.watch(own).status == "finished"


def test_a_run_deleted_in_two_windows_is_deleted_once_and_the_second_window_says_so(open_page, lab, own):
    one, other = open_page("runs"), open_page("runs")
    for window in (one, other):
        buttons(window)[f"delete_{own}"].click().run()
        assert not window.exception
        assert not window.error
    assert not warnings_of(one)
    assert warnings_of(other) == ["This run has already been deleted: Undo brings it back."]
    assert f"delete_{own}" not in buttons(other)
    # and so is restoring it
    undo = [next(b for b in window.button if b.label == "Undo") for window in (one, other)]
    for window, button in zip((one, other), undo, strict=True):
        button.click().run()
        assert not window.exception
        assert not warnings_of(window)
        assert f"delete_{own}" in buttons(window)


def test_a_run_is_kept_until_it_need_not_be(open_page, lab, own):
    app = open_page("runs")
    for label, pinned in (("Keep", True), ("Kept", False)):
        assert buttons(app)[f"pin_{own}"].label == label
        buttons(app)[f"pin_{own}"].click().run()
        assert (own in lab.upkeep.usage().pinned) is pinned


def test_a_failed_run_says_why(open_page, lab):
    run_id = save(lab, 12)
    (lab.store.home / "runs" / run_id / "record.json").write_text("{")
    app = open_page("runs")
    assert "damaged" in html_of(app)
    assert not app.error
    lab.store.remove_run(run_id)


def test_an_entry_that_cannot_be_read_is_named_and_can_be_deleted(open_page, lab, own):
    config = RunConfig(seed=13)
    lab.store.index.claim(config.run_id, {**config.to_dict(), "width": 2})
    app = open_page("runs")
    assert f"{config.run_id}&#x27;: {UNREADABLE}" in html_of(app)
    assert f"delete_{own}" in buttons(app)
    buttons(app)[f"delete_{config.run_id}"].click().run()
    assert UNREADABLE not in html_of(app)
    assert lab.unreadable() == []
