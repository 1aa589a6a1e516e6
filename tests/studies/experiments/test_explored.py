"""What measures come to as an option moves: computed by hand on a few logits."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.rows import explored

OPTION = EXPERIMENTS["never_saw_it"].options["bias"]


def run(seed: int) -> SimpleNamespace:
    """As `MeasuredRun`, of made-up logits."""
    drawn = np.random.default_rng(seed)
    return SimpleNamespace(
        config=SimpleNamespace(omitted_digits="3"),
        labels=drawn.integers(0, 10, 500),
        logits={"distilled": drawn.normal(0, 4, (500, 10))},
    )


def test_each_value_is_added_to_the_digits_left_out_and_seeds_are_averaged():
    runs = [run(1), run(2)]
    found = explored(OPTION, runs)
    assert [*found] == ["omitted_right_with", "right_with"]
    of_omitted, of_all = [], []
    for bias in OPTION.moves:
        right = []
        for each in runs:
            logits = each.logits["distilled"] + bias * (np.arange(10) == 3)
            right.append((logits.argmax(axis=1) == each.labels, each.labels == 3))
        of_omitted.append(np.mean([100 * hits[is_3].mean() for hits, is_3 in right]))
        of_all.append(np.mean([100 * hits.mean() for hits, _is_3 in right]))
    assert found["omitted_right_with"] == pytest.approx(of_omitted)
    assert found["right_with"] == pytest.approx(of_all)
    assert (np.diff(found["omitted_right_with"]) >= 0).all()


def test_every_option_that_moves_has_its_default_among_its_values():
    for experiment in EXPERIMENTS.values():
        for option in experiment.options.values():
            assert bool(option.moves) == bool(option.explores)
            assert not option.moves or option.default in option.moves
