"""Dark knowledge in numbers: what softened logits show.

Everything is computed from stored logits with a softmax at temperature T > 0 (Hinton, Vinyals and Dean 2015,
section 2); nothing is trained. Functions whose names end in `_table` return DataFrames ready to be drawn;
entropies are in bits. Labels are whole numbers (n,), logits (n, classes). What does not match or is
not finite raises ValueError.
"""

import numpy as np
import pandas as pd

from kd.analysis.logits import checked_labels, checked_logits, entropy_bits, softmax

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.1, 100.0
"""What a run allows."""


def temperature_grid(count: int = 61) -> np.ndarray:
    """Returns temperatures from 0.1 to 100 in equal ratios, for curves against T."""
    return np.geomspace(LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, count)


def mean_soft_targets(labels: np.ndarray, logits: np.ndarray, temperature: float) -> np.ndarray:
    """Returns the mean soft target of each true class, float64 (classes, classes): NaN without pictures."""
    values = checked_logits(logits)
    classes = values.shape[1]
    membership = np.eye(classes)[checked_labels(labels, *values.shape)]
    counts = membership.sum(axis=0)[:, np.newaxis]
    sums = membership.T @ softmax(values, temperature)
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)


def mean_soft_targets_table(labels: np.ndarray, logits: np.ndarray, temperature: float) -> pd.DataFrame:
    """Returns `mean_soft_targets` with a row for each cell: which classes look alike to the model.

    Columns true, class, probability, share_of_wrong: this class' share of all the probability that wrong
    classes get (NaN on the diagonal).
    """
    means = mean_soft_targets(labels, logits, temperature)
    wrong = np.where(np.eye(len(means)), np.nan, means)
    totals = np.nansum(wrong, axis=1, keepdims=True)
    share = np.divide(wrong, totals, out=np.full_like(wrong, np.nan), where=totals > 0)
    true, other = np.indices(means.shape)
    columns = {"true": true, "class": other, "probability": means, "share_of_wrong": share}
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


def picture_table(labels: np.ndarray, logits: np.ndarray, temperature: float = 1.0) -> pd.DataFrame:
    """Returns what a model thinks of each picture at T, in order.

    Columns picture (index), true, predicted, probability_true, probability_predicted, entropy_bits.
    """
    values = checked_logits(logits)
    true, predicted = checked_labels(labels, *values.shape), values.argmax(axis=1)
    probabilities, rows = softmax(values, temperature), np.arange(len(values))
    return pd.DataFrame(
        {
            "picture": rows,
            "true": true,
            "predicted": predicted,
            "probability_true": probabilities[rows, true],
            "probability_predicted": probabilities[rows, predicted],
            "entropy_bits": entropy_bits(probabilities),
        }
    )


def most_ambiguous(
    labels: np.ndarray, logits: np.ndarray, count: int = 12, temperature: float = 1.0
) -> pd.DataFrame:
    """Returns the rows of `picture_table` of which the model is least sure: highest entropy first."""
    table = picture_table(labels, logits, temperature)
    return _first(table.sort_values("entropy_bits", ascending=False, kind="stable"), count)


def from_the_surest(labels: np.ndarray, logits: np.ndarray, true: int, count: int = 12) -> pd.DataFrame:
    """Returns rows of `picture_table` of class `true`: the surest first, the most doubted last."""
    table = picture_table(labels, logits)
    table = table[table["true"] == true].sort_values("entropy_bits", kind="stable")
    # even steps in rank would show mostly sure ones: halve what is left at each step
    ranks = len(table) - 1 - np.unique(np.geomspace(1, len(table), count).astype(int) - 1)[::-1]
    return table.iloc[ranks].reset_index(drop=True)


def pictures_behind(
    labels: np.ndarray, logits: np.ndarray, true: int, other: int, temperature: float, count: int = 12
) -> pd.DataFrame:
    """Returns the rows of `picture_table` of class `true`, highest probability_other, a new column, first."""
    values = checked_logits(logits)
    table = picture_table(labels, values, temperature)
    table["probability_other"] = softmax(values, temperature)[:, other]
    table = table[table["true"] == true]
    return _first(table.sort_values("probability_other", ascending=False, kind="stable"), count)


def _first(table: pd.DataFrame, count: int) -> pd.DataFrame:
    return table.head(count).reset_index(drop=True)
