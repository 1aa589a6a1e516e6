"""Make the run that is included in the project: the default preset, trained through the lab.

    python data/make_default_run.py

trains in a temporary home, and replaces data/runs, data/models and data/snapshots with what the run needs.
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


def main() -> int:
    config = PRESETS["default"].config
    with tempfile.TemporaryDirectory() as folder:
        home, nothing = Path(folder) / "home", Path(folder) / "nothing"
        store.SHIPPED = nothing  # what is included now is not used for what replaces it
        lab = Lab(home)
        try:
            view = lab.wait(lab.start(config))
        finally:
            lab.close()
        if view.result is None:
            print(f"The run was not made: {view.message}", file=sys.stderr)
            return 1
        include(Store(home), view.run_id)
    print(f"{PROJECT / 'data' / 'runs' / view.run_id}: {view.result['comparison']['sentence']}")
    return 0


def include(opened: Store, run_id: str, data: Path = PROJECT / "data") -> None:
    """Replace what is included by a run of this store, byte for byte, with its models and their snapshots."""
    models = opened.models_of(run_id).values()
    names = {"runs": [run_id], "models": models, "snapshots": [f"{model}.npz" for model in models]}
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
