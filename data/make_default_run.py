"""Make the run that is included in the project: the default preset, trained through the lab.

    python data/make_default_run.py

trains in a temporary home, and replaces the contents of data/runs with the run's folder.
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
from kd.store.store import SHIPPED_RUNS  # noqa: E402


def main() -> int:
    config = PRESETS["default"].config
    shutil.rmtree(SHIPPED_RUNS, ignore_errors=True)
    with tempfile.TemporaryDirectory() as home:
        lab = Lab(Path(home))
        try:
            view = lab.wait(lab.start(config))
        finally:
            lab.close()
        if view.result is None:
            print(f"The run was not made: {view.message}", file=sys.stderr)
            return 1
        shutil.copytree(Path(home) / "runs" / view.run_id, SHIPPED_RUNS / view.run_id)
    print(f"{SHIPPED_RUNS / view.run_id}: {view.result['comparison']['sentence']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
