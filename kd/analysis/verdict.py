"""Whether a comparison of two students shows anything. Loads nothing: every listed run is judged anew."""

from __future__ import annotations

CONFIDENCE = 0.95


def verdict(low: float, high: float, p_value: float, alpha: float | None = None) -> str:
    """What is shown of distilled minus scratch; a side is taken only if interval and test both take it.

    Args:
        low, high: the interval of the difference, as fractions.
        p_value: of McNemar's test.
        alpha: as for `compare`.

    Returns:
        "ahead" or "behind": the distilled student is; "not shown"; or "no teacher": at α = 1, where the two
        students are the same by construction.
    """
    if alpha == 1:
        return "no teacher"
    if p_value < 1 - CONFIDENCE and low > 0:
        return "ahead"
    if p_value < 1 - CONFIDENCE and high < 0:
        return "behind"
    return "not shown"
