"""The tab Errors: computed once it is opened; the shown run's errors, changed pictures and calibration."""

from html import unescape

from kd.analysis.observations import fixed_and_broken
from kd.charts.error_charts import calibration_rows
from kd.text.words import a_digit, percent
from tests.pages.on_page import chart_titles, html_of


def test_confusions_of_all_three_and_the_difference_are_drawn_once_the_tab_is_opened(open_page, shipped):
    app = open_page("train", run=shipped.run_id)
    assert not any("its answers" in title for title in chart_titles(app))
    app.session_state["explore"] = "Errors"
    drawn = set(chart_titles(app.run()))
    assert drawn >= {f"{model}: its answers" for model in ("Teacher", "Distilled", "Scratch")}
    assert "Distilled − scratch" in drawn


def test_fixed_and_broken_pictures_with_all_three_answers(open_page, lab, shipped, mnist):
    app = open_page("train", {"explore": "Errors", "errors": "changes"}, run=shipped.run_id)
    table = fixed_and_broken(mnist.y_test, lab.runs[shipped.run_id].test_logits())
    fixed = table[table["change"] == "fixed"]
    text = unescape(html_of(app))
    assert f"fixed {len(fixed)} and broke {len(table) - len(fixed)}." in text
    assert text.count("<figure>") == min(12, len(fixed))
    first = fixed.iloc[0]
    assert f"<b>It is {a_digit(first['true'])}</b>" in text
    assert f'kd-distilled">{first["true"]}</span>' in text
    # the probability is labelled as the true digit's, whatever the answer
    assert f"{percent(first['scratch_probability'])} for {first['true']}</span>" in text
    app.button_group(key="change").set_value("broken").run()
    assert f"No. {table.iloc[len(fixed)]['picture']:,}" in unescape(html_of(app))


def test_calibration_errors_are_in_a_table(open_page, lab, shipped, mnist):
    app = open_page("train", {"explore": "Errors", "errors": "trust"}, run=shipped.run_id)
    rows = calibration_rows(mnist.y_test, lab.runs[shipped.run_id].test_logits())
    row = rows[rows["role"] == "scratch"].iloc[0]
    errors = [percent(row[f"error_{which}"]) for which in ("all", "before", "after")]
    assert app.table[-1].value["Scratch"].tolist() == [*errors[:2], f"{row['temperature']:.2f}", errors[2]]
    assert "Sure and right: reliability in 15 bins" in chart_titles(app)
