"""Make the results of experiments that are included in the project.

    python data/make_experiments.py                  # all of them, each with five seeds
    python data/make_experiments.py how_small        # some of them
    python data/make_experiments.py --seeds 10       # with more seeds
    python data/make_experiments.py --home FOLDER    # go on there with what an earlier call has trained

writes data/experiments/NAME.csv, one row for each run: its setting, its seed, how many test pictures its
models get right, and what else the experiment measures, at both lengths. The models are not included.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from kd.lab import Lab  # noqa: E402 - the project is not installed, it is run from its folder
from kd.studies.experiments import EXPERIMENTS, experiment  # noqa: E402
from kd.studies.experiments.rows import FOLDER, columns, shipped_file  # noqa: E402
from kd.studies.study import moment  # noqa: E402
from kd.terminal.progress import show, views  # noqa: E402
from kd.text.words import duration  # noqa: E402

SEEDS = 5
SECONDS_BETWEEN_LOOKS = 1.0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones to make; by default all")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many seeds each has")
    parser.add_argument("--home", type=Path, help="the folder for the models, kept for another call")
    chosen = parser.parse_args(arguments)
    names = chosen.names or list(EXPERIMENTS)
    for name in names:
        experiment(name).stages(chosen.seeds)  # so that a wrong name is refused before anything is trained
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Lab(chosen.home or Path(folder)) as lab:
        for name in names:
            print(name, file=sys.stderr, flush=True)
            began = time.monotonic()
            made(lab, name, chosen.seeds)
            print(f"{shipped_file(name)}: {duration(time.monotonic() - began)}", flush=True)
    return 0


def made(lab: Lab, name: str, seeds: int) -> None:
    """Carries out an experiment and writes its file."""
    run = lab.experiment(name, seeds)
    run.start()
    view = show(views(run.view, SECONDS_BETWEEN_LOOKS), moment)
    if view.status != "finished":
        raise SystemExit(f"The experiment ended {view.status}: {[str(end) for end in view.failed.values()]}")
    shipped_file(name).write_text(written(name, view.rows), encoding="utf-8")


def written(name: str, rows: pd.DataFrame) -> str:
    """The content of an experiment's file, made of its rows."""
    kept = rows[columns(experiment(name))]
    return kept.to_csv(index=False, lineterminator="\n", na_rep="nan", float_format="%.10g")


if __name__ == "__main__":
    sys.exit(main())
