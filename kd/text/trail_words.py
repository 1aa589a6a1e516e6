"""What the chart of somebody's runs shows, for readers who do not see it."""

from __future__ import annotations

import pandas as pd

from kd.text.chart_words import records
from kd.text.study_words import signed
from kd.text.translation import _, ngettext


def trail_words(rows: pd.DataFrame, against: str) -> str:
    """How many runs there are, which gained most and least, and where the one that is shown is.

    Args:
        rows: of kd.charts.trail_chart.trail_rows; at least one.
        against: what the field is called.
    """
    runs = records(rows[~rows["study"].astype(bool)], "setting", "difference", "shown")
    behind = records(rows[rows["study"].astype(bool)], "setting", "difference")
    sentences = [
        ngettext(
            "Gain over scratch against {field}: {count} run.",
            "Gain over scratch against {field}: {count} runs.",
            len(runs),
            field=against,
            count=len(runs),
        )
    ]
    if len(runs) > 1:
        most, least = max(runs, key=lambda run: run[1]), min(runs, key=lambda run: run[1])
        sentences.append(
            _(
                "Most: {most} points at {first}. Least: {least} points at {last}.",
                most=signed(most[1]),
                first=most[0],
                least=signed(least[1]),
                last=least[0],
            )
        )
    for value, difference, is_shown in runs:
        if is_shown:
            sentences.append(
                _("Shown now: {points} points at {value}.", points=signed(difference), value=value)
            )
    if behind:
        (first, start), (last, end) = behind[0], behind[-1]
        sentences.append(
            _(
                "Behind them, several seeds on average: {start} points at {first}, {end} points at {last}.",
                start=signed(start),
                first=first,
                end=signed(end),
                last=last,
            )
        )
    return " ".join(sentences)
