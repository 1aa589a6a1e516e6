"""Make the study that is included in the project, around the default setting.

    python data/make_default_study.py                  # α, T, T² and images, with five seeds
    python data/make_default_study.py --home FOLDER    # go on there with what an earlier call has trained

writes data/studies/default.csv, one row for each run: whether it is of the short or of the long part, its
setting, its seed, and how many test pictures its models get right. However many images there are, a student
takes about as many steps as in a default run, and five times as many in the long part, which has fewer cells.
On two cores it takes half an hour, and 1 GB for the models, which are not included.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from kd.config import RunConfig  # noqa: E402 - the project is not installed, it is run from its folder
from kd.lab import Lab  # noqa: E402
from kd.studies.shipped import LONG, SHORT, TIMES  # noqa: E402
from kd.studies.study import Study  # noqa: E402
from kd.text.words import duration  # noqa: E402

FOLDER = PROJECT / "data" / "studies"
# Training images, and how often each is seen in the short part, which has 626 to 700 steps.
EPOCHS = {100: 160, 200: 100, 500: 40, 1_000: 20, 2_000: 10, 5_000: 4, 10_000: 2}
AXES = {
    "alpha": (0.0, 0.1, 0.5, 0.9),
    "temperature": (1.0, 2.0, 4.0, 10.0, 20.0, 50.0),
    "temperature_squared": (True, False),
}
LONG_IMAGES = (100, 500, 2_000, 10_000)
LONG_AXES = {"alpha": (0.1, 0.9), "temperature": (1.0, 4.0, 10.0, 20.0), "temperature_squared": (True, False)}
SEEDS = 5


def studies() -> Iterator[tuple[str, Study]]:
    """Yields the studies with their lengths, one for each number of images."""
    for length, images, axes in ((SHORT, EPOCHS, AXES), (LONG, LONG_IMAGES, LONG_AXES)):
        for size in images:
            base = RunConfig(train_size=size, epochs=TIMES[length] * EPOCHS[size])
            yield length, Study(base, axes, SEEDS)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--home", type=Path, help="the folder for the models, kept for another call")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, Lab(chosen.home or Path(folder)) as lab:
        frames = [carried_out(lab, *part) for part in studies()]
    file = FOLDER / "default.csv"
    FOLDER.mkdir(exist_ok=True)
    written(pd.concat(frames)).to_csv(file, index=False, lineterminator="\n")
    print(file)
    return 0


def carried_out(lab: Lab, length: str, study: Study) -> pd.DataFrame:
    """Returns the runs of a study, with their length and those fields that are the same in all of them."""
    began, base = time.monotonic(), study.base
    study_id = lab.studies.start(study)
    view = lab.studies.wait(study_id, progress=True)
    if view.status != "finished":
        raise SystemExit(f"A study ended {view.status}: {[str(end) for end in view.failed.values()]}")
    took = duration(time.monotonic() - began)
    print(f"{length}, {base.train_size:,} images, epochs {base.epochs}: {took}", flush=True)
    same = {"length": length, "train_size": base.train_size, "epochs": base.epochs}
    return lab.studies.frame(study_id).assign(**same)


def written(runs: pd.DataFrame) -> pd.DataFrame:
    """Returns the columns that are kept: all but the runs' ids."""
    first = ["length", "train_size", "epochs"]
    return runs[[*first, *(name for name in runs if name not in (*first, "run"))]]


if __name__ == "__main__":
    sys.exit(main())
