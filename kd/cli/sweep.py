"""`python -m kd sweep`: a study in the terminal, or as JSON lines."""

import json
import sys
import textwrap
from collections.abc import Mapping

from kd.base.unusable import Unusable
from kd.export.exporting import check_free
from kd.lab import Lab
from kd.studies.in_text import WIDTH, heading, picture, table_text
from kd.studies.study import Study, StudyView
from kd.studies.sure.near import study_notes
from kd.studies.verdicts import verdicts
from kd.terminal import interrupt
from kd.terminal.progress import views
from kd.text.experiment_words import kept_words
from kd.text.translation import _
from kd.text.words import duration

SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_WITHOUT_ASKING = 3600


def sweep(study: Study, as_json: bool, yes: bool, tables: Mapping[str, str] | None = None) -> int:
    """Carries out a study, or what is missing of it; returns the exit code.

    Ctrl-C keeps what is finished, and the same command goes on from there.

    Args:
        yes: start even if it takes more than an hour, which is refused otherwise.
        tables: format → the file that gets the numbers of its runs at the end.
    """
    for format, path in (tables or {}).items():
        check_free(format, path, study.study_id)
    with interrupt.listening(), Lab() as lab:
        lab.estimates.count_workers()
        seconds = lab.estimate(study)
        if seconds > SECONDS_WITHOUT_ASKING and not yes:
            raise Unusable(
                "This study would take about {time}: add --yes to start it all the same.",
                time=duration(seconds),
            )
        study_id = lab.studies.start(study)
        try:
            view = _print_json(lab, study_id) if as_json else lab.studies.wait(study_id, progress=True)
        except KeyboardInterrupt:
            lab.studies.stop(study_id)
            view = lab.studies.wait(study_id, timeout=10)
            print(kept_words(view.done, view.runs), file=sys.stderr)
            raise
        table = verdicts(lab.studies.frame(study), list(study.axes), study.baseline)
        if as_json:
            # of no cells at all, pandas makes an empty line
            for line in filter(None, table.to_json(orient="records", lines=True).splitlines()):
                print(json.dumps({"event": "cell", **json.loads(line)}), flush=True)
        elif len(table):
            axes = list(study.axes)
            print(f"{table_text(table, axes)}\n\n{picture(table, axes)}", flush=True)
            for note in study_notes(study, table):
                print(f"\n{textwrap.fill(note, WIDTH)}", flush=True)
        for format, path in (tables or {}).items() if view.done else ():
            for written in lab.export(view, format, path=path):
                print(written, file=sys.stderr if as_json else sys.stdout)
    cells = {config.run_id: {**cell, "seed": config.seed} for cell, config in study.runs()}
    for run_id, ending in view.failed.items():
        print(
            _(
                "Run {run} ({cell}) ended without a result: {reason}",
                run=run_id,
                cell=heading(cells[run_id]),
                reason=str(ending),
            ),
            file=sys.stderr,
        )
    return 0 if view.status == "finished" else 1


def _print_json(lab: Lab, study_id: str) -> StudyView:
    shown = -1
    for view in views(lambda: lab.studies.view(study_id), SECONDS_BETWEEN_LOOKS):
        if view.done != shown:
            shown = view.done
            event = {"event": "progress", "study": study_id, "done": view.done, "runs": view.runs}
            print(json.dumps({**event, "seconds_left": view.seconds_left}), flush=True)
    return view
