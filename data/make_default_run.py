"""Make the runs that are included in the project, trained through the lab: two of the presets.

    python data/make_default_run.py

trains in a temporary home, and replaces data/runs, data/models and data/snapshots with what the runs need.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from kd.config import PRESETS  # noqa: E402 - the project is not installed, it is run from its folder
from kd.lab import Lab  # noqa: E402
from kd.store import store  # noqa: E402
from kd.store.store import Store  # noqa: E402

KINDS = ("runs", "models", "snapshots")
# What a first visit shows, and what to compare it with: many images.
INCLUDED = ("default", "many_images")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        home, nothing = Path(folder) / "home", Path(folder) / "nothing"
        store.SHIPPED = nothing  # what is included now is not used for what replaces it
        lab = Lab(home)
        try:
            views = [lab.train(PRESETS[name].config).wait() for name in INCLUDED]
        finally:
            lab.close()
        sentences = {}
        for view in views:
            if view.result is None:
                print(f"Run {view.run_id} was not made: {view.message}", file=sys.stderr)
                return 1
            sentences[view.run_id] = view.result["comparison"]["sentence"]
        include(Store(home), list(sentences))
    for run_id, sentence in sentences.items():
        print(f"{PROJECT / 'data' / 'runs' / run_id}: {sentence}")
    return 0


def include(opened: Store, run_ids: list[str], data: Path = PROJECT / "data") -> None:
    """Replace what is included by runs of this store, byte for byte, with their models and snapshots."""
    models = {model for run_id in run_ids for model in opened.models_of(run_id).values()}
    names = {"runs": run_ids, "models": models, "snapshots": [f"{model}.npz" for model in models]}
    for kind in KINDS:
        shutil.rmtree(data / kind, ignore_errors=True)
        (data / kind).mkdir(parents=True)
        for name in names[kind]:
            source = opened.home / kind / name
            if source.is_dir():
                shutil.copytree(source, data / kind / name)
            elif source.is_file():  # a teacher that comes with the project is not in the store
                shutil.copy(source, data / kind / name)


if __name__ == "__main__":
    sys.exit(main())
