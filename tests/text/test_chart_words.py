"""Charts in words: their numbers by hand, and what is said where there is little to say."""

import numpy as np
import pandas as pd

from kd.charts import error_charts
from kd.charts.run_charts import accuracy_rows
from kd.text import answers
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
    assert "error" not in words.confusion_words(perfect)


def test_a_difference_says_who_errs_more_and_where():
    least, most = "Largest decrease: 4 read as 9, ", "Largest increase: 7 read as 1, "
    for four, seven, said in (
        (-9, 4, f"−5. {least}9 fewer. {most}4 more."),
        (0, 2, f"+2. {most}2 more."),
        (-1, 0, f"−1. {least}1 fewer."),
        (0, 0, "0."),
    ):
        # the diagonal is right, and no error
        rows = confusions(("4", "9", four), ("7", "1", seven), ("4", "4", -four), ("7", "7", -seven))
        assert words.difference_words(rows, "A", "B") == f"Errors of B minus errors of A: {said}"


def test_sure_and_right_are_weighted_by_pictures():
    rows = pd.DataFrame(
        {"role": "teacher", "count": [1, 3], "confidence": [0.5, 0.9], "accuracy": [1.0, 2 / 3]}
    )
    assert words.reliability_words(rows) == (
        "How sure each model is, and how often it is right. "
        "Teacher: 80.0\u00a0% sure and 75.0\u00a0% right on average; calibration error 30.0\u00a0%."
    )


def test_layers_have_a_total_and_a_largest_and_filters_extremes():
    columns = ["role", "layer", "parameters"]
    layers = [("teacher", "1 Conv", 2_000), ("teacher", "2 Dense", 1_431_610), ("distilled", "1 Conv", 812)]
    rows = pd.DataFrame(layers, columns=columns)
    assert words.layers_words(rows, "parameters", "Parameters") == (
        "Parameters of each layer. Teacher: 1.43 M in total, of which 1.43 M in layer 2 Dense. "
        "Distilled: 812 in total, of which 812 in layer 1 Conv."
    )

    weights = np.array([[-0.517, 0.1], [0.2, 0.333]]).reshape(1, 2, 1, 2)
    assert words.filters_words("scratch", weights) == (
        "Scratch: 2 filters with weights from −0.52 to +0.33; 75.0\u00a0% of them are positive."
    )


def test_a_reading_says_how_often_the_answer_changed():
    def said(*eights: float) -> str:
        probabilities = np.zeros((len(eights), 10))
        probabilities[:, 8] = eights
        probabilities[:, 3] = 1 - probabilities[:, 8]
        points = [str(at) for at in range(1, len(eights) + 1)]
        return words.reading_words("distilled", points, probabilities, "0123456789")

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
    pixels = np.array([[1.5, 0.25], [-2.0, -0.125]])
    assert words.saliency_words(pixels, "teacher", "7") == (
        "Teacher: the pixels for 7 add up to +1.75, those against it to −2.12."
    )
    assert words.saliency_words(0 * pixels, "scratch", "7") == "Scratch: no pixel speaks for or against 7."


def test_classes_have_their_names_and_one_without_pictures_is_neither_best_nor_worst():
    labels, classes = np.array([0, 0, 0, 1]), ("a", "ankle boot", "7")
    rows = error_charts.confusion_rows(labels, np.eye(3)[[0, 1, 1, 1]], "scratch", classes)
    assert words.confusion_words(rows) == (
        "Scratch: right on 50.00\u00a0% of the pictures; best on “ankle boot” (100.0\u00a0%), worst on “a” "
        "(33.3\u00a0%). Most frequent error: “a” read as “ankle boot”, on 2 pictures."
    )
    rows = error_charts.look_alike_rows(
        labels, np.log([[0.7, 0.2, 0.1]] * 3 + [[0.3, 0.6, 0.1]]), 1.0, classes
    )
    assert "for pictures of “ankle boot”, 75.0\u00a0% of the probability" in answers.look_alikes_words(
        rows, 1.0
    )


def test_likeness_is_the_largest_share_of_what_goes_to_wrong_digits():
    temperature = 4.0
    logits = 10.0 * np.eye(10)
    logits[4, 9], logits[3, 3] = 8.0, 9.0
    said = answers.look_alikes_words(
        error_charts.look_alike_rows(np.arange(10), logits, temperature), temperature
    )
    four = np.exp(logits[4] / temperature)
    share = four[9] / (four.sum() - four[4])
    assert (
        f"for pictures of 4, {100 * share:.1f}\u00a0% of the probability for wrong classes goes to 9." in said
    )
    low = np.exp(logits / temperature).max(axis=1) / np.exp(logits / temperature).sum(axis=1)
    assert f"lowest for {low.argmin()} ({100 * low.min():.1f}\u00a0%)" in said
    assert said.startswith(f"The teacher's mean soft targets at T = {temperature:g}.")
