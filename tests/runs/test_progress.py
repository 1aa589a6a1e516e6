"""The line beside the progress bar: who learns, and how far it is."""

import pytest

from kd.config import RunConfig
from kd.runs.state import RunView, moment


def epochs(model, count, of=10):
    """Events of the first epochs, of which only the even ones know an accuracy on the test images."""
    return [
        {"model": model, "epoch": epoch, "epochs": of, "val_accuracy": None if epoch % 2 else 0.9}
        for epoch in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("phase", "history", "said"),
    [
        ("teacher", [], "Training the teacher"),
        ("teacher", epochs("teacher", 2, of=5) + epochs("scratch", 7), "Teacher: epoch 2 of 5"),
        ("students", epochs("teacher", 5, of=5) + epochs("scratch", 10), "Training the students"),
        ("students", epochs("distilled", 3) + epochs("scratch", 10), "Students: epoch 3 of 10"),
        ("evaluating", epochs("distilled", 10) + epochs("scratch", 10), "Evaluating"),
    ],
)
def test_the_line_says_who_learns_and_how_far_it_is(phase, history, said):
    config = RunConfig()
    assert moment(RunView(config.run_id, config, "running", phase, history=history)).doing == said
