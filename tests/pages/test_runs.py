"""Runs: every run, with what it reached and a way to it."""

from kd.words import percent
from tests.pages.on_page import html_of


def test_each_run_is_listed_with_its_accuracies_and_a_link(open_page, shipped):
    app = open_page("runs")
    for model in ("teacher", "distilled", "scratch"):
        assert percent(shipped.result[model]["test_accuracy"]) in html_of(app)
    links = [(link.proto.page, link.proto.query_string) for link in app.get("page_link")]
    assert ("train", f"run={shipped.run_id}") in links
    assert any("came with the app" in caption.value for caption in app.caption)
