"""Writes docs/reference.md: fields, students, objectives, addresses, commands and flags, from the code.

python -m docs.reference
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kd.base.fields import GROUPS
from kd.cli.parser import command_line
from kd.config import OFFERED, PRESETS, RunConfig
from kd.distillation.objectives import OBJECTIVES
from kd.networks.students import KINDS
from ui.shared.links import CONTROLS, FOLDS

PAGE = Path(__file__).resolve().parent / "reference.md"
INTRODUCTION = """# Reference

Every field of a run, student, objective and command. Written by `python -m docs.reference`.
"""
FIELDS_INTRODUCTION = """## A run's fields

A field has one name everywhere: in `RunConfig`, in an address of the app, and on the command line, where its
underscores are dashes: `train_size` is `--train-size`. A switch is turned off by `--no-` before its name.
*Decides* says which models another value trains anew; a new teacher always means a new distilled student.
"""
ADDRESSES_INTRODUCTION = """## Addresses

A page's address has the state of its controls: every field above on Train and Sweep, and what follows.
*Share* makes the link. In a link for a class, `hide=alpha,train_size` takes controls off the page, and
`lock=temperature` shows them but does not let them be moved, not by a preset either, or by a stored run
that is opened: a sentence says so. Both stay in force on all pages until “Show all controls” is pressed, or
until a step of a path needs a control. They are a help in a lesson and no protection: whoever edits the
address undoes them. `present=true` starts with large type. Names are those in this table, and on Train also
those of the fields. Drawings, names, passphrases and which menu is open are in no address.
"""
COMMANDS_INTRODUCTION = """## Commands

`python -m kd COMMAND`, or `kd-lab COMMAND` where KD Lab is installed. `train` and `sweep` also take every
field as a flag, and `sweep` takes several values with commas between them. `COMMAND --help` says the same.
"""


def page() -> str:
    """Returns the page, as the code is now."""
    parts = [INTRODUCTION, FIELDS_INTRODUCTION]
    for group, title in GROUPS.items():
        parts += [f"### {title}", _fields(group)]
    parts += [
        "## Students",
        _students(),
        "## Objectives",
        _objectives(),
        "## Presets",
        _presets(),
        ADDRESSES_INTRODUCTION,
        _addresses(),
        COMMANDS_INTRODUCTION,
    ]
    for name, parser in command_line()[1].items():
        about = parser.description or ""
        parts += [f"### `{name}`", f"{about[:1].upper()}{about[1:]}.", _flags(parser)]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _fields(group: str) -> str:
    default = RunConfig()
    rows = [
        (
            f"`{name}`",
            spec.label,
            spec.allowed,
            _value(getattr(default, name)),
            ", ".join(spec.decides),
            spec.help,
        )
        for name, spec in OFFERED.items()
        if spec.group == group
    ]
    return _table(("field", "what it is", "allowed", "default", "decides", "meaning"), rows)


def _students() -> str:
    rows = [
        (f"`{name}`", kind.label, kind.help, f"`{kind.size_field}`" if kind.size_field else "none")
        for name, kind in KINDS.items()
    ]
    return _table(("`student`", "name", "what it is", "its size"), rows)


def _objectives() -> str:
    rows = [
        (
            f"`{name}`",
            objective.label,
            (objective.__doc__ or "").partition("\n")[0],
            objective.source,
            ", ".join(f"`{own.name}`" for own in objective.own_fields()) or "none",
        )
        for name, objective in OBJECTIVES.items()
    ]
    return _table(("`objective`", "name", "the teacher's part of the loss", "source", "its own fields"), rows)


def _presets() -> str:
    default = RunConfig()
    rows = [
        (
            f"`{name}`",
            preset.label,
            ", ".join(
                f"`{field}` {_value(value)}"
                for field, value in preset.config.to_dict().items()
                if value != getattr(default, field)
            )
            or "nothing",
        )
        for name, preset in PRESETS.items()
    ]
    return _table(("`--preset`", "name", "how it differs from the default"), rows)


def _addresses() -> str:
    rows = [
        (title, f"`{name}`", label, "no" if name in FOLDS else "yes")
        for title, names in CONTROLS.items()
        for name, label in names.items()
        if title != "Train" or name not in OFFERED
    ]
    return _table(("page", "name", "what it is", "can be locked"), rows)


def _flags(parser: argparse.ArgumentParser) -> str:
    rows = [
        (f"`{_written(action)}`", (action.help or "").replace("%%", "%"))
        for action in parser._actions
        if action.dest not in OFFERED and not isinstance(action, argparse._HelpAction)
    ]
    return _table(("argument", "meaning"), rows) if rows else ""


def _written(action: argparse.Action) -> str:
    """Returns an argument as it is typed."""
    choices = "|".join(map(str, action.choices or ()))
    value = str(action.metavar or choices or action.dest.upper())
    if not action.option_strings:
        return value
    return " ".join([*action.option_strings, *([] if action.nargs == 0 else [value])])


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value or "none"
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [titles, ["---"] * len(list(titles)), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def main() -> int:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
