"""How long models were trained, what holds at both lengths of an included study, and what only at one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kd.text.study_words import signed
from kd.text.translation import N_, _, ngettext
from kd.text.words import listing

Rows = Sequence[Mapping[str, Any]]

_FIVE_TIMES, _A_FIFTH = (
    N_("Trained five times as long, for {steps}"),
    N_("Trained a fifth as long, for {steps}"),
)
_OTHERWISE = N_("Trained for {steps}")
_ABOUT = N_("{trained}: about {points} points here ({seeds}).")
_NOT_SHOWN = N_("{trained}: no difference shown here, about {points} points ({seeds}).")

_AT_BOTH = {
    "helps": N_("At both lengths better than {over}: {names}."),
    "hurts": N_("At both lengths worse than {over}: {names}."),
    "not shown": N_("Not told apart at either: {names}."),
}
_AT_ONE = {
    "helps": N_("Better only after {steps}: {names}."),
    "hurts": N_("Worse only after {steps}: {names}."),
}


def trained(config: Any) -> str:
    """How long a run's students are trained: '640 steps', or its epochs where steps depend on the pictures.

    Args:
        config: its RunConfig.
    """
    if config.omitted_digits or config.counts("labelled"):
        return epochs_words(config.epochs)
    return steps_words([config])


def epochs_words(number: int) -> str:
    """'40 epochs'."""
    return ngettext("{count} epoch", "{count} epochs", number, count=f"{number:,}")


def steps_words(configs: Collection[Any]) -> str:
    """How many steps runs take: '640 steps', '626 to 700 steps'. configs: one RunConfig at least."""
    steps = [config.steps for config in configs]
    low, high = min(steps), max(steps)
    if low < high:
        return _("{low} to {high} steps", low=f"{low:,}", high=f"{high:,}")
    return ngettext("{count} step", "{count} steps", low, count=f"{low:,}")


def length_note(config: Any) -> str:
    """How long the students of a setting were trained, in a sentence. config: as for `trained`."""
    return _("Each student was trained for {length}.", length=trained(config))


def after(length: str, sentence: str) -> str:
    """A sentence on models that says how long they were trained. length: of `trained` or `steps_words`."""
    return _("After {length}, {sentence}", length=length, sentence=sentence[:1].lower() + sentence[1:])


def other_length_words(config: Any, cell: Any, row: Mapping[str, Any]) -> str:
    """What is known near a setting after shorter or longer training: 'Trained five times as long, …'.

    Args:
        config: the setting.
        cell: that of an included study at the other length.
        row: of kd.studies.verdicts.verdicts, the cell's.
    """
    factor = cell.steps / config.steps
    words = _FIVE_TIMES if 4.5 < factor < 5.5 else _A_FIFTH if 4.5 < 1 / factor < 5.5 else _OTHERWISE
    seeds = int(row["seeds"])
    return _(
        _NOT_SHOWN if row["verdict"] == "not shown" else _ABOUT,
        trained=_(words, steps=steps_words([cell])),
        points=signed(row["difference"], 1),
        seeds=ngettext("{count} seed", "{count} seeds", seeds, count=seeds),
    )


def at_both_lengths(tables: Mapping[str, Rows], names: Mapping[str, str], over: str) -> tuple[str, str]:
    """What a leaderboard shows at both lengths, then what at one only; and the ranks that change.

    Args:
        tables: how long, as `steps_words` has it → rows of kd.studies.sure.leaderboard.leaderboard, the best
            first; of two lengths.
        names: objective → what it is called.
        over: what they are compared with.
    """
    verdicts = [{row["objective"]: row["verdict"] for row in rows} for rows in tables.values()]
    both, one = [], []
    for code, words in _AT_BOTH.items():
        shown = [[name for name, verdict in each.items() if verdict == code] for each in verdicts]
        common = [name for name in shown[0] if name in shown[1]]
        if common:
            both.append(_(words, over=over, names=listing([names[name] for name in common])))
        for steps, rows, own in zip(tables, tables.values(), shown, strict=True):
            gains = {row["objective"]: signed(row["difference"], 1) for row in rows}
            only = [f"{names[name]} ({gains[name]})" for name in own if name not in common]
            if only and code in _AT_ONE:
                one.append((steps, _(_AT_ONE[code], steps=steps, names=listing(only))))
    one.sort(key=lambda found: list(tables).index(found[0]))
    said = [*both, *(sentence for _steps, sentence in one)]
    moved = _moved([[row["objective"] for row in rows] for rows in tables.values()], names)
    return " ".join(said), _("Ranked by mean, these move: {moved}.", moved=moved) if moved else ""


def _moved(orders: Sequence[Sequence[str]], names: Mapping[str, str]) -> str:
    first, second = ({name: place for place, name in enumerate(order, 1)} for order in orders)
    return listing(
        [
            _("{name} from {before} to {then}", name=names[name], before=place, then=second[name])
            for name, place in first.items()
            if second.get(name, place) != place
        ]
    )
