"""What looks alike, in Errors on Train: the likest pair, and a cell that is chosen without a mouse."""

import re

import numpy as np

from kd.analysis import softening
from kd.text.words import a_digit, percent
from tests.pages.on_page import html_of, move


def test_the_likest_pair_is_named_and_a_cell_is_chosen_without_a_mouse(open_page, lab, shipped, mnist):
    app = open_page("train", tab="errors", errors="alike")
    teacher = lab.runs[shipped.run_id].test_logits()["teacher"]
    means = softening.mean_soft_targets(mnist.y_test, teacher, 4.0)
    wrong = np.where(np.eye(10, dtype=bool), 0, means)
    shares = wrong / wrong.sum(axis=1, keepdims=True)
    true, other = np.unravel_index(shares.argmax(), shares.shape)
    share = percent(shares.max())
    words = (
        f"When it sees {a_digit(true)}, {share} of what the teacher gives to wrong classes goes to {other}."
    )
    assert words in html_of(app)
    move(app, "look-alikes", T=2.0)
    assert "mean soft targets at T = 2." in html_of(app)
    cell = app.selectbox(key="alike_cell")
    assert cell.value == (str(true), str(other))
    cell.set_value(("1", "8")).run()
    first = softening.pictures_behind(mnist.y_test, teacher, 1, 8, 1.0, 12)["picture"].tolist()
    described = [chart.proto.alt for chart in app.get("vega_lite_chart")]
    pictures = [re.findall(r"(\d+) \(", each) for each in described if each.startswith("Test pictures")]
    assert list(map(str, first)) in pictures
