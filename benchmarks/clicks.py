"""The memory of the app and all its processes while visitors click for an hour. For Linux only.

    python -m benchmarks.clicks --minutes 60
    KD_TEACHERS=0 python -m benchmarks.clicks --minutes 60
    KD_DEMO=1 python -m benchmarks.clicks --minutes 60

The app has one worker, as on a small machine, unless KD_WORKERS says otherwise, and one heap, as in its
container (Dockerfile). One visitor asks for the runs that cost the most, one after the other; others open
pages and use whatever they find there, at random. Once a second, it looks at what cannot be given back to the
system (`Pss_Anon` of /proc/PID/smaps_rollup, as in benchmarks/memory.py), and beside it at `Pss`, which
counts the programs' files as well.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from benchmarks.harness import PATIENCE, command, machine, report, say
from benchmarks.memory import by_kind
from kd import Lab, RunConfig, load_mnist
from kd.config import FIELDS
from tests.app_process import PROJECT, AppProcess, app_process
from tests.browser_session import BrowserSession

MANY: dict[str, Any] = {"train_size": 60_000, "epochs": 1}
FRESH: dict[str, Any] = {"teacher": "fresh"}
GREEDY: tuple[dict[str, Any], ...] = (
    {},
    {**MANY, "train_size": 3_900, "objective": "attention"},
    {**MANY, "student": "convolutional", "student_width": 64, "batch_size": 1024},
    {**FRESH, "teacher_epochs": 1, "teacher_train_size": 2_000},
    {**FRESH, "teacher_epochs": 1, "teacher_train_size": 2_048, "batch_size": 1024},
    MANY,
    {**MANY, "student": "dense", "student_units": 1024, "batch_size": 1024},
    {**MANY, "student": "separable", "student_filters": 64, "batch_size": 1024},
    {**MANY, "train_size": 4_000, "shift": 2},
    {**MANY, "train_size": 10_000, "shift": 2},
    {**MANY, "objective": "attention"},
)
"""What changes of a setting for the runs that cost the most."""
SECONDS_A_RUN, SECONDS_A_PAGE = 900.0, 60.0
PAGES = ("", *sorted(path.stem for path in (PROJECT / "pages").glob("*.py")))
USES: dict[str, Callable[[Any, random.Random], dict[str, Any]]] = {
    "Button": lambda element, chance: {"trigger_value": True},
    "DownloadButton": lambda element, chance: {"trigger_value": True},
    "ButtonGroup": lambda element, chance: {"string_array_value": [chance.choice(element.options).content]},
    "Expandable": lambda element, chance: {"bool_value": True},
    "Popover": lambda element, chance: {"bool_value": True},
    "Checkbox": lambda element, chance: {"bool_value": chance.random() < 0.5},
    "Selectbox": lambda element, chance: {"string_value": chance.choice(element.options)},
}
"""How a visitor uses each kind of element."""


def _some_setting(chance: random.Random) -> dict[str, Any]:
    some = {name: chance.choice(FIELDS[name].stops) for name in ("alpha", "temperature", "train_size")}
    return {**some, "seed": chance.randrange(5)}


def _some_picture(chance: random.Random) -> dict[str, Any]:
    part = chance.choice(["pixels", "nearest"])
    return {"way": "test", "picture": chance.randrange(10_000), "drawing_open": "true", "drawing": part}


ADDRESSES = {"train": _some_setting, "sweep": _some_setting, "draw": _some_picture}
"""Where a visitor begins, on pages that have more than one beginning."""


async def wander(app: AppProcess, chance: random.Random, end: float, found: dict[str, Any]) -> None:
    """Opens pages with settings of any kind, and uses what is there, again and again."""
    while time.monotonic() < end:
        page = chance.choice(PAGES)
        address = urlencode(ADDRESSES.get(page, lambda chance: {})(chance))
        # what has just left the page may be used, too, and is never answered
        with contextlib.suppress(TimeoutError):
            async with BrowserSession(app.url, page, address) as session:
                found["sessions"].append(session)
                await session.settled(SECONDS_A_PAGE)
                for _ in range(chance.randrange(1, 8)):
                    found["uses"][await use_something(session, chance)] += 1
                    await asyncio.sleep(chance.uniform(0.2, 2.0))


async def use_something(session: BrowserSession, chance: random.Random) -> str:
    """Uses one thing on the page at random; returns how it went, or "nothing to use"."""
    usable = {
        label: widget
        for label, widget in session.widgets.items()
        if label in ("setting", "canvas")
        or (
            type(widget.element).__name__ in USES
            and not getattr(widget.element, "disabled", False)
            and getattr(widget.element, "options", True)  # a list may be empty
        )
    }
    if not usable:
        return "nothing to use"
    label, widget = chance.choice([*usable.items()])
    if label == "setting":
        moved = {name: chance.choice(FIELDS[name].stops) for name in ("alpha", "temperature")}
        await session.let_go(label, **moved)
    elif label == "canvas":
        digit = load_mnist().x_test[chance.randrange(10_000)]
        await session.draw(np.kron(digit, np.ones((10, 10), np.uint8)))
    elif getattr(widget.element, "deferred_file_id", ""):
        return "file" if await session.download(label) else "file of a page that is no more"
    else:
        await session.act(label, **USES[type(widget.element).__name__](widget.element, chance))
    await session.settled(SECONDS_A_PAGE)
    return "click"


async def ask_for_much(app: AppProcess, lab: Lab, end: float, found: dict[str, Any], settings: tuple) -> None:
    """Asks for each of the costly runs, and waits for it; then for all of them again with another seed."""
    for seed in range(1_000):
        for changes in settings:
            if time.monotonic() > end:
                return
            config = RunConfig(**{"seed": seed, **changes})
            changed = ", ".join(f"{name} {value}" for name, value in changes.items())
            found["run"] = changed or "the default run"
            say(f"{(end - time.monotonic()) / 60:.0f} min left: {found['run']}")
            async with BrowserSession(app.url, "train", urlencode(config.to_dict())) as session:
                found["sessions"].append(session)
                await session.settled(PATIENCE)
                for label in ("Train", "Train anyway"):
                    widget = session.widgets.get(label)
                    if widget is not None and not widget.element.disabled:
                        await session.act(label, trigger_value=True)
                        await session.settled(PATIENCE)
                        await asyncio.sleep(1)  # a button that has just changed takes no click
                found["ends"][await ended(lab, config, end)] += 1
                await asyncio.sleep(1)


async def ended(lab: Lab, config: RunConfig, end: float) -> str:
    """Waits until a run has ended; returns how, or "refused" where there is none, or "not yet"."""
    latest = min(end, time.monotonic() + SECONDS_A_RUN)
    while time.monotonic() < latest:
        try:
            view = lab.runs.view(config.run_id)
        except ValueError:
            return "refused"
        if not view.active:
            return view.status
        await asyncio.sleep(0.5)
    return "not yet"


async def look(app: AppProcess, found: dict[str, Any]) -> None:
    """Measures every second, and keeps the largest of each, with what it was made of."""
    while True:
        for measure in ("Pss_Anon", "Pss"):
            sizes = await asyncio.to_thread(by_kind, app, measure)
            found["now"][measure] = sizes
            if total(sizes) > total(found["most"].get(measure, {})):
                found["most"][measure] = sizes
            if measure == "Pss_Anon":
                of_runs = found["of_runs"]
                of_runs[found["run"]] = max(total(sizes), of_runs.get(found["run"], 0))
        await asyncio.sleep(1)


def total(sizes: dict[str, list[int]]) -> int:
    return sum(map(sum, sizes.values()))


async def visits(app: AppProcess, options: argparse.Namespace) -> dict[str, Any]:
    """Has the visitors come, and returns what was measured meanwhile."""
    found: dict[str, Any] = {"sessions": [], "uses": Counter(), "ends": Counter(), "now": {}, "most": {}}
    found["run"], found["of_runs"] = "none yet", {}
    end, settings = time.monotonic() + 60 * options.minutes, GREEDY[:1] if options.small else GREEDY
    looking, settling = asyncio.create_task(look(app, found)), 1.0 if options.small else 5.0
    with Lab(app.log.parent) as lab:  # which looks at what the app's Lab does
        await asyncio.sleep(settling)
        found["idle"] = dict(found["now"])
        await asyncio.gather(
            ask_for_much(app, lab, end, found, settings),
            *(wander(app, random.Random(number), end, found) for number in range(options.people)),
        )
    await asyncio.sleep(settling)
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking
    sessions = found.pop("sessions")
    return {**found, "errors": sorted({error for session in sessions for error in session.errors})}


def in_words(found: dict[str, Any]) -> list[str]:
    """Returns a line for each moment and measure, and what the visitors did."""
    lines = []
    for moment in ("idle", "most", "now"):
        for measure, sizes in found[moment].items():
            each = "; ".join(f"{kind} {' + '.join(f'{s / 1e6:.0f}' for s in v)}" for kind, v in sizes.items())
            lines.append(f"{moment}, {measure}: {total(sizes) / 1e6:.0f} MB ({each})")
    lines += [f"most, with {run}: {most / 1e6:.0f} MB" for run, most in found["of_runs"].items()]
    lines.append(f"{dict(found['uses'])}; costly runs: {dict(found['ends'])}")
    return [*lines, f"errors: {len(found['errors'])}", *found["errors"][:5]]


def main(arguments: list[str] | None = None) -> int:
    parser = command("clicks", __doc__)
    parser.add_argument("--minutes", type=float, default=60.0, metavar="M")
    parser.add_argument("--people", type=int, default=2, metavar="N", help="who click at random")
    options = parser.parse_args(arguments)
    workers = os.environ.get("KD_WORKERS", "1")
    with (
        tempfile.TemporaryDirectory() as home,
        app_process(Path(home), KD_WORKERS=workers, MALLOC_ARENA_MAX="1") as app,
    ):
        found = {"machine": machine(), **asyncio.run(visits(app, options))}
    report(options, found, in_words(found))
    return 1 if found["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
