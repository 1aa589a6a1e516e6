"""`python -m kd export`: a run, or one of its models, as files to take along."""

from __future__ import annotations

import json
from pathlib import Path

from kd.cli.run_name import finished_run
from kd.export import format_named
from kd.store.store import Store
from kd.terminal import interrupt
from kd.text.translation import _
from kd.text.words import accuracy, file_size, milliseconds


def export(run: str, format_name: str, model: str, output: str | None, replace: bool) -> int:
    """Write the files and say what they are; returns the exit code. Ctrl-C leaves nothing of them."""
    format_named(format_name).check_packages()
    store = Store()
    run_id = finished_run(store, run)
    # after everything that can be refused at once: the lab takes longer to load than all before it
    from kd.lab import Lab

    with interrupt.listening():
        paths = Lab(store.home).export(run_id, format_name, model, output, replace, interrupt.check)
    for path in paths:
        print(path)
    facts = _facts(paths)
    if facts is not None:
        print(
            _(
                "{size}, {latency} a picture on one thread, {kept} of the test pictures right ({original} "
                "before).",
                size=file_size(facts["bytes"]),
                latency=milliseconds(facts["milliseconds"]),
                kept=accuracy(facts["accuracy"]["exported"]),
                original=accuracy(facts["accuracy"]["original"]),
            )
        )
    return 0


def _facts(paths: list[Path]) -> dict | None:
    """What was measured of a model, from the file beside it."""
    cards = [path for path in paths if path.suffix == ".json"]
    return json.loads(cards[0].read_text(encoding="utf-8")) if cards else None
