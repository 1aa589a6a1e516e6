"""What a study shows over all its cells, in a sentence or three, and how far it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kd.text.study_words import signed, verdict_line
from kd.text.translation import N_, _, ngettext
from kd.text.words import duration, sentence_case

_STATES = {
    "paused": N_("Paused: {done} of {runs} runs. Go on whenever you like."),
    "stopped": N_("Stopped: {done} of {runs} runs are stored. Go on trains the others."),
    "interrupted": N_(
        "Interrupted when the app closed: {done} of {runs} runs are kept. Go on trains the others."
    ),
    "unfinished": N_("Ended: {done} of {runs} runs; the others failed. Go on tries them again."),
    "waiting for room": N_("{done} of {runs} runs. The disk is full: waiting for room."),
}


def study_sentence(rows: Iterable[Mapping[str, Any]], cells: int, baseline: str = "") -> str:
    """Where distillation helps most, where it hurts, and how many cells show nothing.

    Args:
        rows: of kd.charts.study.heat_map.heat_map_rows or the like: verdict, difference, and `where`, the
            cell in words.
        cells: how many there will be.
        baseline: the cell that the others are compared with, in words; "" if each is compared with scratch.
    """
    rows = list(rows)
    by_verdict = {code: [row for row in rows if row["verdict"] == code] for code in _CODES}
    if any(by_verdict.values()):
        words = (
            _over_baseline(by_verdict, cells - 1, baseline) if baseline else _over_scratch(by_verdict, cells)
        )
        sentences = list(words)
    else:
        sentences = [_("Nothing has finished yet.")]
    if nothing := len(by_verdict["not shown"]):
        sentences.append(
            ngettext(
                "{count} cell shows no difference.",
                "{count} cells show no difference.",
                nothing,
                count=nothing,
            )
        )
    if unjudged := len(by_verdict["too few"]):
        sentences.append(
            ngettext(
                "{count} cell has too few seeds to judge.",
                "{count} cells have too few seeds to judge.",
                unjudged,
                count=unjudged,
            )
        )
    return " ".join(sentences)


_CODES = ("helps", "hurts", "not shown", "too few")


def _over_scratch(by_verdict: Mapping[str, list[Mapping[str, Any]]], cells: int) -> Iterator[str]:
    helps, hurts = by_verdict["helps"], by_verdict["hurts"]
    if helps:
        yield ngettext(
            "Distillation helps in {count} of {cells} cells, most by {points} points ({where}).",
            "Distillation helps in {count} of {cells} cells, most by {points} points ({where}).",
            len(helps),
            cells=cells,
            **_largest(helps),
        )
    else:
        yield _("No cell shows yet that distillation helps.")
    if hurts:
        yield ngettext(
            "It hurts in {count}, most by {points} points ({where}).",
            "It hurts in {count}, most by {points} points ({where}).",
            len(hurts),
            **_largest(hurts),
        )


def _over_baseline(
    by_verdict: Mapping[str, list[Mapping[str, Any]]], others: int, baseline: str
) -> Iterator[str]:
    helps, hurts = by_verdict["helps"], by_verdict["hurts"]
    if helps:
        yield ngettext(
            "{count} of {others} other cells does better than {baseline}, by {points} points ({where}).",
            "{count} of {others} other cells do better than {baseline}, most by {points} points ({where}).",
            len(helps),
            others=others,
            baseline=baseline,
            **_largest(helps),
        )
    else:
        yield _("No cell is shown to do better than {baseline} yet.", baseline=baseline)
    if hurts:
        yield ngettext(
            "{count} does worse, by {points} points ({where}).",
            "{count} do worse, most by {points} points ({where}).",
            len(hurts),
            **_largest(hurts),
        )


def _largest(rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    """How many they are, and where the difference is largest."""
    most = max(rows, key=lambda row: abs(row["difference"]))
    return {"count": len(rows), "where": most["where"], "points": signed(most["difference"], 1)}


def where(values: Mapping[str, str]) -> str:
    """A cell in words, by what its axes are called: 'Training images 500, T 10'."""
    # a label begins with the sign, where there is one: “T, temperature”
    return ", ".join(f"{label.partition(',')[0]} {value}" for label, value in values.items())


def progress_words(status: str, done: int, runs: int, seconds_left: float | None, elsewhere: bool) -> str:
    """How far a study is.

    Args:
        status, done, runs, seconds_left, elsewhere: of a StudyView.
    """
    if status in _STATES:
        return _(_STATES[status], done=done, runs=runs)
    if status == "finished":
        return ngettext("{count} run, all finished.", "{count} runs, all finished.", runs, count=runs)
    words = _("{done} of {runs} runs", done=done, runs=runs)
    if elsewhere:
        return _("{progress}. Another process on this machine is carrying it out.", progress=words)
    if seconds_left is None:
        return _("{progress}: getting ready.", progress=words)
    return _("{progress}; about {time} left.", progress=words, time=duration(seconds_left))


def cell_words(where: str, row: Mapping[str, Any] | None, reason: str = "") -> str:
    """One cell in a sentence or two.

    Args:
        where: of `where`.
        row: of kd.studies.verdicts.verdicts; None while none of its runs has finished.
        reason: why a run of it failed.
    """
    said = _("no run has finished yet") if row is None else verdict_line(row)
    if row is not None and not math.isnan(row["p_corrected"]):
        said = _("{verdict}, p = {p} for all cells together", verdict=said, p=f"{row['p_corrected']:.2g}")
    words = _("{where}. {said}.", where=where, said=sentence_case(said))
    if not reason:
        return words
    why = _("A run failed: {reason}", reason=reason)
    return f"{words} {why}"
