"""Home: one figure with real numbers, and two links into the app."""

import re

import numpy as np
import pytest

from kd.analysis.logits import softmax
from kd.text.words import accuracy
from tests.pages.on_page import html_of
from ui.home.figure import TEMPERATURE
from ui.pictures.ways_in import FIRST_PICTURE


def test_the_picture_shows_the_teachers_real_soft_targets(open_page, lab, shipped):
    shares = [float(share) for share in re.findall(r"--share:([\d.]+)", html_of(open_page("home")))]
    soft = softmax(lab.test_logits(shipped.run_id)["teacher"][FIRST_PICTURE], TEMPERATURE)
    assert sorted(shares[:10]) == [0] * 9 + [1]
    assert shares[10:] == pytest.approx(soft, abs=1e-4)


def test_the_example_is_one_that_the_teacher_gets_right_with_doubts(lab, shipped, mnist):
    soft = softmax(lab.test_logits(shipped.run_id)["teacher"][FIRST_PICTURE], TEMPERATURE)
    assert soft.argmax() == mnist.y_test[FIRST_PICTURE]
    assert np.sort(soft)[-2] > 0.1


def test_the_picture_shows_the_three_accuracies_of_the_run(open_page, shipped):
    html = html_of(open_page("home"))
    for model in ("teacher", "distilled", "scratch"):
        assert accuracy(shipped.result[model]["test_accuracy"]) in html


def test_two_links_lead_on_and_the_navigation_is_there(open_page):
    links = [(link.proto.page, link.proto.label) for link in open_page("home").get("page_link")]
    assert ("train", "Train a student and watch") in links
    assert ("draw", "Draw a digit and ask all three") in links
    assert {("", "Home"), ("train", "Train"), ("draw", "Draw"), ("runs", "Runs")} <= set(links)
