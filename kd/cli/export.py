"""`python -m kd export`: a run, one of its models, or the numbers of many, as files to take along."""

import json
import sys

from kd.cli.run_name import finished_run, finished_run_or_study
from kd.export import TABLES, format_named
from kd.store.store import Store
from kd.terminal import interrupt
from kd.text.translation import _
from kd.text.words import accuracy, file_size, milliseconds


def export(names: list[str], format_name: str, model: str, output: str | None, replace: bool) -> int:
    """Writes the files and says what they are; returns the exit code. Ctrl-C leaves nothing of them.

    Args:
        names: of runs; for the formats of tables of several, or of a study.
    """
    format_named(format_name).check_packages()
    store = Store()
    if format_name in TABLES and len(names) == 1:
        name, is_study = finished_run_or_study(store, names[0])
        run_ids = [name]
    else:
        run_ids, is_study = [finished_run(store, name) for name in names], False
    # after everything that can be refused at once: the lab takes longer to load than all before it
    from kd.lab import Lab

    lab = Lab(store.home)
    study = lab.studies.view(run_ids[0]) if is_study else None
    with interrupt.listening():
        paths = lab.export(study or run_ids, format_name, model, output, replace, interrupt.check)
    if study is not None and study.done < study.runs:
        print(
            _(
                "{done} of the study's {runs} runs have finished: the others are not in the table.",
                done=study.done,
                runs=study.runs,
            ),
            file=sys.stderr,
        )
    for path in paths:
        print(path)
    for card in (path for path in paths if path.suffix == ".json"):  # what was measured of a model
        facts = json.loads(card.read_text(encoding="utf-8"))
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
