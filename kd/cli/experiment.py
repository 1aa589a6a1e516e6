"""`python -m kd experiment`: list the experiments, or try one until it ends with its verdicts."""

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from kd.lab import Lab
from kd.lab.experiments import ExperimentRun, ExperimentView
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.experiment import Experiment
from kd.studies.experiments.judging import judged
from kd.studies.experiments.rows import late_gain, points, steps
from kd.studies.in_text import points_text
from kd.studies.study import moment
from kd.terminal import interrupt
from kd.terminal.progress import show, views
from kd.text.experiment_words import (
    claim_words,
    guess_words,
    kept_words,
    late_words,
    paper_words,
    saying,
    verdict_word,
    when_words,
)
from kd.text.translation import _, in_english, pgettext
from kd.text.words import duration, sentence_case

SECONDS_BETWEEN_LOOKS = 0.2


def listed(as_json: bool) -> int:
    """Lists every experiment, with about how long it takes; returns the exit code."""
    with Lab() as lab:
        found = [(EXPERIMENTS[name], lab.experiment(name).estimate()) for name in EXPERIMENTS]
    if as_json:
        with in_english():
            for experiment, seconds in found:
                about = {name: getattr(experiment, name) for name in ("name", "kind", "question", "seeds")}
                print(json.dumps({**about, "seconds": round(seconds, 1)}))
        return 0
    table = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column(_("experiment"), no_wrap=True)
    table.add_column(_("question"), overflow="fold")
    table.add_column(pgettext("how long", "time"), justify="right")
    for experiment, seconds in found:
        table.add_row(experiment.name, _(experiment.question), duration(seconds))
    Console().print(table)
    return 0


def tried(
    name: str,
    seeds: Any,
    options: Mapping[str, str],
    guess: str | None,
    length: str | None,
    as_json: bool,
) -> int:
    """Carries out an experiment, or what is missing of it; returns the exit code.

    Ctrl-C keeps what is finished, and the same command goes on from there.

    Args:
        seeds: how many, None for as many as it has by default.
        options: what is chosen of its options.
        guess: the code of an answer, if one was given.
        length: "short" or "long"; None for both.
    """
    with interrupt.listening(), Lab() as lab:
        run = lab.experiment(name, seeds, length=length, **options)
        experiment = run.experiment
        if guess is not None:
            experiment.guess.choice(guess)
        if not as_json:
            print(_(experiment.question), flush=True)
        run.start()
        try:
            looks = views(run.view, SECONDS_BETWEEN_LOOKS)
            view = _printed(looks, experiment) if as_json else show(looks, moment)
        except KeyboardInterrupt:
            run.stop()
            view = run.wait(timeout=10)
            print(kept_words(view.done, view.runs), file=sys.stderr)
            raise
    if as_json:
        _print_verdicts(run, view, guess)
    else:
        print("\n".join(_sentences(experiment, view, guess)), flush=True)
    for run_id, ending in view.failed.items():
        print(
            _("Run {run} ended without a result: {reason}", run=run_id, reason=str(ending)), file=sys.stderr
        )
    return 0 if view.status == "finished" else 1


def _sentences(experiment: Experiment, view: ExperimentView, guess: str | None) -> list[str]:
    """Says what it shows at each length, and then against the guess and the paper."""
    lines = []
    when = {length: sentence_case(when_words(length, steps(experiment, length))) for length in view.findings}
    for length, found in view.findings.items():
        lines += [f"{when[length]}:", "", _table(experiment, view, length), ""]
        lines += filter(None, (saying(each, found[code]) for code, each in experiment.outcomes.items()))
        lines += [""]
    if late := late_words(late_gain(experiment, view.rows)):
        lines += [late, ""]
    if guess is not None:
        choice, measured = experiment.guess.choice(guess), experiment.guess.measured
        for length, found in view.findings.items():
            verdict = judged(found[measured], choice.expected)
            said = guess_words(_(choice.label), found[measured])
            lines.append(f"{when[length]}: {said} {sentence_case(verdict_word(verdict, of_guess=True))}.")
        lines += [""]
    for claim in experiment.claims:
        section = claim.section or experiment.paper.section
        own = paper_words(_(claim.quote), _(section), _(claim.figure))
        lines += [f"{_(experiment.paper.authors)}: {_(claim.text)}", own]
        for length, found in view.findings.items():
            verdict = judged(found[claim.measured], claim.expected)
            differs = _(experiment.differs) if length == list(view.findings)[-1] else ""
            lines.append(f"{when[length]}: {claim_words(found[claim.measured], verdict, differs)}")
        lines += [""]
    return lines[:-1]


def _table(experiment: Experiment, view: ExperimentView, length: str) -> str:
    return points_text(points(view.rows[view.rows["length"] == length], experiment), experiment.chart)


def _printed(looks: Any, experiment: Experiment) -> ExperimentView:
    shown = -1
    for view in looks:
        if view.done != shown:
            shown = view.done
            event = {"event": "progress", "experiment": experiment.name, "done": view.done, "runs": view.runs}
            seconds = round(view.seconds_left, 1)
            print(json.dumps({**event, "stage": view.stage, "seconds_left": seconds}), flush=True)
    last: ExperimentView = view
    return last


def _print_verdicts(run: ExperimentRun, view: ExperimentView, guess: str | None) -> None:
    experiment = run.experiment
    for point in points(view.rows, experiment).to_dict("records"):
        _print_event("point", {str(name): value for name, value in point.items()})
    for length, found in view.findings.items():
        about = {"length": length, "steps": steps(experiment, length)}
        for code, finding in found.items():
            _print_event("finding", {**about, "finding": code, **vars(finding)})
        if guess is not None:
            choice = experiment.guess.choice(guess)
            verdict = judged(found[experiment.guess.measured], choice.expected)
            _print_event("guess", {**about, "guess": guess, "verdict": verdict})
        for claim in experiment.claims:
            verdict = judged(found[claim.measured], claim.expected)
            limits = {"above": claim.expected.low, "below": claim.expected.high}
            _print_event("claim", {**about, "finding": claim.measured, **limits, "verdict": verdict})
    _print_event(
        "late_gain", dict(zip(("mean", "low", "high"), late_gain(experiment, view.rows), strict=True))
    )
    _print_event("end", {"experiment": experiment.name, "status": view.status, "seeds": run.seeds})


def _print_event(event: str, values: Mapping[str, Any]) -> None:
    """Prints one line, in which a number that is not finite is null."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
    print(json.dumps({"event": event, **finite}), flush=True)
