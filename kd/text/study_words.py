"""A study in words: a line for each cell, what holds for all of them, how far it is, how long models learn.

Takes rows of kd.studies.verdicts: codes and numbers, differences in points.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kd.text.translation import N_, _, ngettext, numeral
from kd.text.words import STUDENTS, duration, listing, points_between, sentence_case, typed

Row = Mapping[str, Any]
"""A cell's row of kd.studies.verdicts.verdicts."""

MINUS = "−"


def rounded(number: float, digits: int = 2) -> str:
    """Writes a number with so many decimals: -0.25 → '−0.25', -0.001 → '0.00'."""
    form = f".{digits}f"
    text = numeral(number, form)
    return numeral(0, form) if text.lstrip("-") == numeral(0, form) else text.replace("-", MINUS)


def signed(points: float, digits: int = 2) -> str:
    """Writes a difference with its sign: 6.52 → '+6.52', -0.2 → '−0.20', 0 → '0.00'."""
    text = rounded(points, digits)
    return f"+{text}" if float(f"{points:.{digits}f}") > 0 else text


def difference(row: Row) -> float:
    """Returns the difference of a row to show, in percentage points: that of its accuracies as shown.

    It is the row's own where there are no accuracies, or where another cell is the baseline.
    """
    ours = [row.get(f"{student}_accuracy", math.nan) for student in STUDENTS]
    same = abs(100 * (ours[0] - ours[1]) - row["difference"]) < 1e-6
    return points_between(*ours) if same else row["difference"]


def decimals(row: Row) -> int:
    """Returns how many decimals of a difference mean something: one, or two where the interval is narrow."""
    if unknown(row["low"]):
        return 2
    ends = (row["low"], row["high"])
    return 1 if row["high"] - row["low"] >= 1 and all(abs(end) >= 0.05 for end in ends) else 2


def p_value_words(p_value: float) -> str:
    """Writes as many digits as mean something: 'p < 0.001', 'p = 0.012' or 'p = 0.41'."""
    if p_value < 0.001:
        return f"p < {numeral(0.001, 'g')}"
    return f"p = {numeral(p_value, '.3f' if p_value < 0.1 else '.2f')}"


def unknown(number: Any) -> bool:
    """Tells whether a number of the table is NaN, None or pandas' NA, without asking pandas."""
    try:
        return math.isnan(number)
    except TypeError:
        return True


def repeats_words(seeds: int) -> str:
    """Writes '5 repeats'."""
    return ngettext("{count} repeat", "{count} repeats", seeds)


def flag(axis: str) -> str:
    """Returns an axis as one types it, without the dashes in front: 'train_size' → 'train-size'."""
    return axis.replace("_", "-")


def axis_value(value: Any) -> str:
    """Returns a value on an axis as one types it: 4.0 → '4', True → 'true', 'relations' → 'relations'."""
    if isinstance(value, str):
        return value or "–"
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return str(value).lower()
    return typed(value) if isinstance(value, (int, float)) and math.isfinite(value) else str(value)


def plain_value(value: Any) -> str:
    """Returns a value on an axis as an address has it: 4.0 → '4', True → 'true', '' → ''."""
    return axis_value(value) if value != "" else ""


_VERDICTS = {
    "helps": N_("helps"),
    "hurts": N_("hurts"),
    "not shown": N_("not shown"),
    "not judged yet": N_("too few repeats"),
    "baseline": N_("baseline"),
}
_OVER_A_CELL = {"helps": N_("better"), "hurts": N_("worse")}
_SIDES = {
    "helps": N_("helps: {points} points (likely {low} to {high}, {seeds})"),
    "hurts": N_("hurts: {points} points (likely {low} to {high}, {seeds})"),
}
_NOT_SETTLED = N_("not settled: {points} points (likely {low} to {high}, {seeds})")
_NO_DIFFERENCE = N_("no difference shown: {points} points (likely {low} to {high}, {seeds})")
_SIDES_OF_A_CELL = {
    "helps": N_("better than {cell}: {points} points (likely {low} to {high}, {seeds})"),
    "hurts": N_("worse than {cell}: {points} points (likely {low} to {high}, {seeds})"),
}


def verdict_word(code: str, over_scratch: bool = True) -> str:
    """Names a verdict in a table. over_scratch: each cell is compared with its own scratch student."""
    return _(_VERDICTS[code] if over_scratch else _OVER_A_CELL.get(code, _VERDICTS[code]))


def verdict_line(row: Row, over: str = "") -> str:
    """Describes a cell in a line: 'helps: +6.5 points (likely +5.9 to +7.1, 5 repeats)'.

    over: the cell that it is compared with, in words; "" for its own scratch student.
    """
    code, number = row["verdict"], int(row["seeds"])
    if code == "baseline":
        return _("the baseline: the other cells are compared with it ({seeds})", seeds=repeats_words(number))
    if number == 0:
        return _("too few repeats: no two runs to compare")
    values = {"points": signed(difference(row), decimals(row)), "seeds": _so_many(row)}
    if code == "not judged yet":
        return _(
            "{points} points on average ({seeds}); a verdict needs {first}",
            **values,
            first=int(row["next_seeds"]),
        )
    if unknown(row["low"]):
        if row["difference"] == 0:
            return _("no difference shown: the same accuracy ({seeds})", seeds=values["seeds"])
        return _("no difference shown: {points} points each time ({seeds})", **values)
    values |= {end: signed(row[end], decimals(row)) for end in ("low", "high")}
    if code in _SIDES:
        return _((_SIDES_OF_A_CELL if over else _SIDES)[code], cell=over, **values)
    known = _(_NOT_SETTLED if leans(row) else _NO_DIFFERENCE, **values)
    needed = seeds_needed(row)
    if not needed or leans(row):
        return known
    return _("{known}; to show 0.2 points would take {needed} repeats", known=known, needed=needed)


def leans(row: Row) -> bool:
    """Returns whether a cell shows no difference although its own likely range leaves out zero."""
    return row["verdict"] == "not shown" and (row["low"] > 0 or row["high"] < 0)


def judged_words(row: Row) -> str:
    """Names the seeds on which a verdict rests: '5 repeats', or 'the first 5 repeats' of more."""
    judged = int(row["judged_seeds"])
    message = N_("the first {count} repeats") if row["seeds"] > judged else N_("{count} repeats")
    return _(message, count=numeral(judged))


def _so_many(row: Row) -> str:
    """Names the seeds of a cell, and between two stations those of its interval, too."""
    number, judged = int(row["seeds"]), int(row["judged_seeds"])
    if not judged or judged == number:
        return repeats_words(number)
    if unknown(row["next_seeds"]):
        return _("judged by the first {judged} of {count} repeats", judged=judged, count=numeral(number))
    return _(
        "judged by the first {judged} of {count} repeats, next at {next}",
        judged=judged,
        count=number,
        next=int(row["next_seeds"]),
    )


def seeds_needed(row: Row) -> str:
    """Returns how many seeds would show 0.2 points: '40', '20–80', '80+' if any; '' where it is settled."""
    first, last = row["seeds_from"], row["seeds_to"]
    if unknown(first):
        return ""
    if unknown(last):
        return f"{int(first)}+"
    return f"{int(first)}" if first == last else f"{int(first)}–{int(last)}"


def cell_words(where: str, row: Row | None, reason: str = "", over: str = "") -> str:
    """Describes a cell in a sentence or two; row: None while none of its runs has finished."""
    said = _("no run has finished yet") if row is None else verdict_line(row, over)
    words = [_("{where}. {said}.", where=where, said=sentence_case(said))]
    if row is not None and not math.isnan(row["p_corrected"]):
        p_value = p_value_words(row["p_corrected"]).replace(" ", "\u00a0")
        words.append(_("For all cells together, {p}.", p=p_value))
    if reason:
        words.append(_("A run failed: {reason}", reason=reason))
    return " ".join(words)


_ENDS = {
    "train_size": (N_("few images"), N_("many images")),
    "temperature": (N_("a low T"), N_("a high T")),
    "alpha": (N_("a low α"), N_("a high α")),
    "epochs": (N_("few epochs"), N_("many epochs")),
    "label_noise": (N_("few wrong labels"), N_("many wrong labels")),
}


def tendency(rows: Collection[Row], axes: Mapping[str, Collection[Any]]) -> str:
    """Says at which ends of its axes a study gains: 'with few images and a high T'; "" where at neither.

    An end is half of the values. The mean gain there must be at least twice that of the other half.
    """
    parts = []
    for name, values in axes.items():
        ordered = sorted(values) if name in _ENDS else []
        half = len(ordered) // 2
        ends = (ordered[:half], ordered[len(ordered) - half :])
        gains = [[row["difference"] for row in rows if row[name] in end] for end in ends]
        low, high = (sum(end) / len(end) if end else math.nan for end in gains)
        if low > 0 and low >= 2 * high:
            parts.append(_(_ENDS[name][0]))
        elif high > 0 and high >= 2 * low:
            parts.append(_(_ENDS[name][1]))
    return _("with {things}", things=listing(parts)) if parts else ""


def study_sentence(rows: Iterable[Row], cells: int, baseline: str = "", tends: str = "") -> str:
    """Says where distillation helps most, where it hurts, and how many cells show nothing.

    rows: verdict, difference, low, high, and `where`, the cell as `in_sentence` has it. cells: how many there
    will be. baseline: the cell that others are compared with, in words; "" for scratch. tends: of `tendency`.
    """
    rows = list(rows)
    codes = ["leans" if leans(row) else row["verdict"] for row in rows]
    helps, hurts, leaning, nothing, unjudged = (
        [row for row, code in zip(rows, codes, strict=True) if code == wanted]
        for wanted in ("helps", "hurts", "leans", "not shown", "not judged yet")
    )
    if not (helps or hurts or leaning or nothing or unjudged):
        return _("Nothing has finished yet.")
    if baseline:
        sentences = _over_baseline(helps, hurts, cells - 1, baseline)
    else:
        sentences = _over_scratch(helps, hurts, cells, tends)
    if n := len(leaning):
        said = ngettext("{count} cell is not settled.", "{count} cells are not settled.", n)
        sentences.append(said)
    if nothing:
        sentences.append(
            ngettext(
                "In {count} cell no difference is shown.",
                "In {count} cells no difference is shown.",
                len(nothing),
            )
        )
    if unjudged:
        sentences.append(
            ngettext(
                "{count} cell has too few repeats for a verdict.",
                "{count} cells have too few repeats for a verdict.",
                len(unjudged),
            )
        )
    return " ".join(sentences)


_HELPS = N_("Distillation helps in {count} of {cells} cells, most by {points} points {where}.")
_HELPS_AT_AN_END = N_("Distillation helps in {count} of {cells} cells, most {tends} (up to {points} points).")
_HURTS = N_("It hurts in {count}, most by {points} points {where}.")


def _over_scratch(helps: list[Row], hurts: list[Row], cells: int, tends: str) -> list[str]:
    sentences = [_("No cell shows yet that distillation helps.")]
    if helps:
        words = _HELPS_AT_AN_END if tends else _HELPS
        sentences = [_(words, cells=numeral(cells), tends=tends, **_largest(helps))]
    return [*sentences, _(_HURTS, **_largest(hurts))] if hurts else sentences


def _over_baseline(helps: list[Row], hurts: list[Row], others: int, baseline: str) -> list[str]:
    sentences = [_("No cell is shown to do better than {baseline} yet.", baseline=baseline)]
    if helps:
        better = ngettext(
            "{count} of {others} other cells does better than {baseline}, by {points} points {where}.",
            "{count} of {others} other cells do better than {baseline}, most by {points} points {where}.",
            len(helps),
            others=numeral(others),
            baseline=baseline,
            **_largest(helps),
        )
        sentences = [better]
    if hurts:
        worse = ngettext(
            "{count} does worse, by {points} points {where}.",
            "{count} do worse, most by {points} points {where}.",
            len(hurts),
            **_largest(hurts),
        )
        sentences.append(worse)
    return sentences


def _largest(rows: list[Row]) -> dict[str, Any]:
    """Returns how many cells there are, and where the difference is largest."""
    most = max(rows, key=lambda row: abs(row["difference"]))
    return {"count": numeral(len(rows)), "where": most["where"], "points": signed(difference(most), 1)}


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
    """Names a cell in a list: '500 images, T 10'.

    values: field of each axis → its name and the cell's value in words; of epochs the length with its unit.
    """
    return ", ".join(_named(_SHORT, name, *words) for name, words in values.items())


def in_sentence(values: Mapping[str, tuple[str, str]]) -> str:
    """Names a cell in a sentence: 'with 500 images at T = 10 when trained for 640 steps'; see `where`."""
    others = {name: words for name, words in values.items() if name not in (*_AT, "epochs")}
    having = listing([_named(_HAVING, name, *words) for name, words in others.items()])
    at = listing([_(_AT[name], value=value) for name, (_label, value) in values.items() if name in _AT])
    if having and at:
        parts = [_("with {things} at {place}", things=having, place=at)]
    elif having:
        parts = [_("with {things}", things=having)]
    else:
        parts = [_("at {things}", things=at)] if at else []
    if "epochs" in values:
        parts.append(_("when trained for {length}", length=values["epochs"][1]))
    return " ".join(parts)


def _named(forms: Mapping[str, str], name: str, label: str, value: str) -> str:
    if name in ("objective", "epochs"):
        return value
    return _(forms[name], value=value) if name in forms else f"{label} {value}"


_STATES = {
    "paused": N_("Paused: {done} of {runs} runs. Go on whenever you like."),
    "stopped": N_("Stopped after {done} of {runs} runs. Press Go on to train the others."),
    "interrupted": N_(
        "Interrupted when the app closed, after {done} of {runs} runs. Press Go on to train the others."
    ),
    "unfinished": N_("Ended after {done} of {runs} runs; the others failed. Press Go on to try them again."),
    "waiting for room": N_("{done} of {runs} runs. The disk is full: waiting for room."),
}


def progress_words(status: str, done: int, runs: int, seconds_left: float | None, elsewhere: bool) -> str:
    """Says how far a study is; the arguments are those of its StudyView."""
    numbers = {"done": numeral(done), "runs": numeral(runs)}
    if status in _STATES:
        return _(_STATES[status], **numbers)
    if status == "finished":
        return ngettext("{count} run, all finished.", "{count} runs, all finished.", runs)
    words = _("{done} of {runs} runs", **numbers)
    if elsewhere:
        return _("{progress}. Another process on this machine is training them.", progress=words)
    if seconds_left is None:
        return _("{progress}: getting ready.", progress=words)
    return _("{progress}; about {time} left.", progress=words, time=duration(seconds_left))


def trained(config: Any) -> str:
    """Says how long a RunConfig trains: '640 steps', or epochs where steps depend on the pictures."""
    if config.omitted_digits or config.counts("labelled"):
        return epochs_words(config.epochs)
    return steps_words([config])


def epochs_words(number: int) -> str:
    """Writes '40 epochs'."""
    return ngettext("{count} epoch", "{count} epochs", number)


def steps_words(configs: Collection[Any]) -> str:
    """Says how many steps some RunConfigs take, one at least: '640 steps', '626 to 700 steps'."""
    steps = [config.steps for config in configs]
    low, high = min(steps), max(steps)
    if low < high:
        return _("{low} to {high} steps", low=numeral(low), high=numeral(high))
    return ngettext("{count} step", "{count} steps", low)


def after(length: str, sentence: str) -> str:
    """Adds to a sentence on models how long they were trained, as `trained` or `steps_words` says it."""
    return _("After {length}, {sentence}", length=length, sentence=sentence[:1].lower() + sentence[1:])
