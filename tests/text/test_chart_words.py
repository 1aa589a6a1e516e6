"""Charts in words: their numbers by hand, and what is said where there is little to say."""

import numpy as np
import pandas as pd
import pytest

from kd.charts.run_charts import accuracy_rows
from kd.text import chart_words as words


def event(model, epoch, value):
    return {"model": model, "epoch": epoch, "epochs": 4, "accuracy": 0.5, "val_accuracy": value}


def accuracy_of(*events, teacher=None):
    return words.accuracy_words(accuracy_rows(list(events), teacher)[0])


def test_accuracies_begin_and_end_and_the_students_are_compared_at_the_same_epoch():
    events = [event("distilled", 1, 0.912), event("scratch", 1, 0.89)]
    events += [event("distilled", 10, 0.9793), event("scratch", 10, 0.972)]
    assert accuracy_of(*events, teacher=0.991) == (
        "Test accuracy by epoch. "
        "Distilled: from 91.20\u00a0% after epoch 1 to 97.93\u00a0% after epoch 10. "
        "Scratch: from 89.00\u00a0% after epoch 1 to 97.20\u00a0% after epoch 10. "
        "Teacher: 99.10\u00a0%. Distilled is 0.73 points ahead of scratch."
    )
    for scratch, said in ((0.95, "Scratch is 5.00 points ahead of distilled."), (0.9, "equally accurate.")):
        assert accuracy_of(event("distilled", 1, 0.9), event("scratch", 1, scratch)).endswith(said)
    assert accuracy_of(*events[:3]).endswith("Scratch: 89.00\u00a0% after epoch 1.")
    assert accuracy_of(teacher=0.99) == "Test accuracy by epoch. Teacher: 99.00\u00a0%."
    assert accuracy_of() == "Test accuracy by epoch. No epoch is finished yet."


def confusions(*cells, role="distilled"):
    table = pd.DataFrame(cells, columns=["true", "predicted", "count"])
    return table.assign(role=role, share=table["count"] / table.groupby("true")["count"].transform("sum"))


def test_a_confusion_matrix_is_its_accuracy_its_extremes_and_its_worst_error():
    rows = confusions(("0", "0", 90), ("0", "1", 7), ("0", "2", 3), ("1", "1", 99), ("1", "0", 1))
    assert words.confusion_words(rows) == (
        "Distilled: right on 94.50\u00a0% of the pictures; best on 1 (99.0\u00a0%), "
        "worst on 0 (90.0\u00a0%). "
        "Most frequent error: 0 read as 1, on 7 pictures."
    )
    assert words.confusion_words(rows[rows["count"] != 7]).endswith("0 read as 2, on 3 pictures.")
    single = confusions(("0", "0", 9), ("1", "1", 9), ("1", "0", 1))
    assert words.confusion_words(single).endswith("1 read as 0, on 1 picture.")
    perfect = confusions(("0", "0", 5), ("0", "1", 0), ("1", "1", 5))
    assert words.confusion_words(perfect) == (
        "Distilled: right on 100.00\u00a0% of the pictures; best on 0 (100.0\u00a0%), "
        "worst on 0 (100.0\u00a0%)."
    )


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            (-9, 4),
            "The distilled student makes 5 fewer errors than scratch. "
            "Largest decrease: 4 read as 9, 9 fewer. Largest increase: 7 read as 1, 4 more.",
        ),
        (
            (0, 1),
            "The distilled student makes 1 more error than scratch. Largest increase: 7 read as 1, 1 more.",
        ),
        (
            (-1, 0),
            "The distilled student makes 1 error fewer than scratch. Largest decrease: 4 read as 9, 1 fewer.",
        ),
        ((0, 0), "Both students make the same number of errors."),
    ],
)
def test_a_difference_says_who_errs_more_and_where(counts, said):
    four, seven = counts
    # the diagonal is right, and no error
    rows = confusions(("4", "9", four), ("7", "1", seven), ("4", "4", -four), ("7", "7", -seven))
    assert words.difference_words(rows) == said


def test_sure_and_right_are_weighted_by_pictures():
    rows = pd.DataFrame(
        {"role": "teacher", "count": [1, 3], "confidence": [0.5, 0.9], "accuracy": [1.0, 2 / 3]}
    )
    assert words.reliability_words(rows) == (
        "How sure each model is, and how often it is right. "
        "Teacher: 80.0\u00a0% sure and 75.0\u00a0% right on average; calibration error 30.0\u00a0%."
    )


def test_layers_have_a_total_and_a_largest():
    rows = pd.DataFrame(
        {
            "role": ["teacher", "teacher", "distilled"],
            "layer": ["1 Conv2D", "2 Dense", "1 Conv2D"],
            "parameters": [2_000, 1_431_610, 812],
        }
    )
    assert words.layers_words(rows, "parameters", "Parameters") == (
        "Parameters of each layer. Teacher: 1.43 M in total, of which 1.43 M in layer 2 Dense. "
        "Distilled: 812 in total, of which 812 in layer 1 Conv2D."
    )


def test_filters_have_extremes_and_a_share_of_positive_weights():
    weights = np.array([[-0.517, 0.1], [0.2, 0.333]]).reshape(1, 2, 1, 2)
    assert words.filters_words("scratch", weights) == (
        "Scratch: 2 filters with weights from −0.52 to +0.33; 75.0\u00a0% of them are positive."
    )


def test_a_reading_says_how_often_the_answer_changed():
    def said(*eights: float) -> str:
        probabilities = np.zeros((len(eights), 10))
        probabilities[:, 8] = eights
        probabilities[:, 3] = 1 - probabilities[:, 8]
        return words.reading_words("distilled", [str(at) for at in range(1, len(eights) + 1)], probabilities)

    assert said(0.4, 0.6, 0.1, 0.8) == (
        "Distilled: 3 (60.0\u00a0%) at epoch 1, 8 (80.0\u00a0%) at epoch 4; the answer changed 3 times."
    )
    assert said(0.4, 0.3).endswith("the answer changed 0 times.")
    assert said(0.4, 0.7).endswith("the answer changed 1 time.")


def test_points_in_a_training_are_named_in_everyday_words():
    times = [20 / 313, 39 / 313, 78 / 313, 156 / 313, 1.0, 2.0]
    assert [words.point_label(time) for time in times] == ["1/16", "1/8", "1/4", "1/2", "1", "2"]
    assert [words.point_name(times[at]) for at in (1, 5)] == ["after 1/8 of the first epoch", "after epoch 2"]


def test_pixels_for_and_against_add_up():
    rows = pd.DataFrame({"contribution": [1.5, 0.25, -2.0, -0.125]})
    assert words.saliency_words(rows, "teacher", 7) == (
        "Teacher: the pixels for 7 add up to +1.75, those against it to −2.12."
    )
    assert words.saliency_words(rows[:0], "scratch", 7) == "Scratch: no pixel speaks for or against 7."


def test_pictures_have_their_numbers_and_captions():
    said = words.pictures_words([5, 2186], ["label 1", "label 7"])
    assert said == "Test pictures to choose from: 5 (label 1), 2186 (label 7)."
