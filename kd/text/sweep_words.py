"""What a study shows over all its cells, in a sentence or three, and how far it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kd.text.study_words import signed, verdict_line
from kd.text.translation import N_, _, ngettext
from kd.text.verdicts import p_value_words
from kd.text.words import duration, listing, sentence_case

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
        rows: of kd.charts.study_charts.heat_map_rows or the like: verdict, difference, and `where`, the
            cell as `in_sentence` has it.
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
                "In {count} cell no difference is shown.",
                "In {count} cells no difference is shown.",
                nothing,
                count=f"{nothing:,}",
            )
        )
    if unjudged := len(by_verdict["not judged yet"]):
        sentences.append(
            ngettext(
                "{count} cell is not judged yet.",
                "{count} cells are not judged yet.",
                unjudged,
                count=f"{unjudged:,}",
            )
        )
    return " ".join(sentences)


_CODES = ("helps", "hurts", "not shown", "not judged yet")


def _over_scratch(by_verdict: Mapping[str, list[Mapping[str, Any]]], cells: int) -> Iterator[str]:
    helps, hurts = by_verdict["helps"], by_verdict["hurts"]
    if helps:
        yield ngettext(
            "Distillation helps in {count} of {cells} cells, most by {points} points {where}.",
            "Distillation helps in {count} of {cells} cells, most by {points} points {where}.",
            len(helps),
            cells=f"{cells:,}",
            **_largest(helps),
        )
    else:
        yield _("No cell shows yet that distillation helps.")
    if hurts:
        yield ngettext(
            "It hurts in {count}, most by {points} points {where}.",
            "It hurts in {count}, most by {points} points {where}.",
            len(hurts),
            **_largest(hurts),
        )


def _over_baseline(
    by_verdict: Mapping[str, list[Mapping[str, Any]]], others: int, baseline: str
) -> Iterator[str]:
    helps, hurts = by_verdict["helps"], by_verdict["hurts"]
    if helps:
        yield ngettext(
            "{count} of {others} other cells does better than {baseline}, by {points} points {where}.",
            "{count} of {others} other cells do better than {baseline}, most by {points} points {where}.",
            len(helps),
            others=f"{others:,}",
            baseline=baseline,
            **_largest(helps),
        )
    else:
        yield _("No cell is shown to do better than {baseline} yet.", baseline=baseline)
    if hurts:
        yield ngettext(
            "{count} does worse, by {points} points {where}.",
            "{count} do worse, most by {points} points {where}.",
            len(hurts),
            **_largest(hurts),
        )


def _largest(rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    """How many they are, and where the difference is largest."""
    most = max(rows, key=lambda row: abs(row["difference"]))
    return {"count": f"{len(rows):,}", "where": most["where"], "points": signed(most["difference"], 1)}


_SHORT = {
    "train_size": N_("{value} images"),
    "temperature": N_("T {value}"),
    "alpha": N_("α {value}"),
    "batch_size": N_("batches of {value}"),
    "label_noise": N_("label noise {value}"),
    "student_width": N_("width {value}"),
    "teacher": N_("teacher: {value}"),
}
_HAVING = {**_SHORT, "student_width": N_("a student of width {value}"), "teacher": N_("the {value} teacher")}
# Where one is, and not what one has.
_AT = {"temperature": N_("T\u00a0=\u00a0{value}"), "alpha": N_("α\u00a0=\u00a0{value}")}


def where(values: Mapping[str, tuple[str, str]]) -> str:
    """A cell in a list: '500 images, T 10'.

    Args:
        values: field of each axis → what it is called, and the cell's value in words; of epochs how long the
            training is, with its unit.
    """
    return ", ".join(_named(_SHORT, name, *words) for name, words in values.items())


def in_sentence(values: Mapping[str, tuple[str, str]]) -> str:
    """A cell within a sentence: 'with 500 images at T = 10 when trained for 640 steps'. values: as there."""
    parts = []
    others = {name: words for name, words in values.items() if name not in (*_AT, "epochs")}
    if having := [_named(_HAVING, name, *words) for name, words in others.items()]:
        parts.append(_("with {things}", things=listing(having)))
    if at := [_(_AT[name], value=value) for name, (_label, value) in values.items() if name in _AT]:
        parts.append(_("at {things}", things=listing(at)))
    if "epochs" in values:
        parts.append(_("when trained for {length}", length=values["epochs"][1]))
    return " ".join(parts)


def _named(forms: Mapping[str, str], name: str, label: str, value: str) -> str:
    if name in ("objective", "epochs"):
        return value
    return _(forms[name], value=value) if name in forms else f"{label} {value}"


def progress_words(status: str, done: int, runs: int, seconds_left: float | None, elsewhere: bool) -> str:
    """How far a study is.

    Args:
        status, done, runs, seconds_left, elsewhere: of a StudyView.
    """
    numbers = {"done": f"{done:,}", "runs": f"{runs:,}"}
    if status in _STATES:
        return _(_STATES[status], **numbers)
    if status == "finished":
        return ngettext("{count} run, all finished.", "{count} runs, all finished.", runs, count=f"{runs:,}")
    words = _("{done} of {runs} runs", **numbers)
    if elsewhere:
        return _("{progress}. Another process on this machine is carrying it out.", progress=words)
    if seconds_left is None:
        return _("{progress}: getting ready.", progress=words)
    return _("{progress}; about {time} left.", progress=words, time=duration(seconds_left))


def cell_words(where: str, row: Mapping[str, Any] | None, reason: str = "", over: str = "") -> str:
    """One cell in a sentence or two.

    Args:
        where: of `where`.
        row: of kd.studies.verdicts.verdicts; None while none of its runs has finished.
        reason: why a run of it failed.
        over: the cell that it is compared with, as `where` has it; "" if that is its own scratch student.
    """
    said = _("no run has finished yet") if row is None else verdict_line(row, over)
    words = _("{where}. {said}.", where=where, said=sentence_case(said))
    if row is not None and not math.isnan(row["p_corrected"]):
        known = p_value_words(row["p_corrected"]).replace(" ", "\u00a0")
        together = _("For all cells together, {p}.", p=known)
        words = f"{words} {together}"
    if not reason:
        return words
    why = _("A run failed: {reason}", reason=reason)
    return f"{words} {why}"
