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

from kd.base.files import digest, json_bytes  # noqa: E402
from kd.config import PRESETS  # noqa: E402 - the project is not installed, it is run from its folder
from kd.lab import Lab  # noqa: E402
from kd.store import shipped  # noqa: E402
from kd.store.store import Store  # noqa: E402

KINDS = ("runs", "models", "snapshots")
# What a first visit shows, and what to compare it with: many images.
INCLUDED = ("default", "many_images")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        home, nothing = Path(folder) / "home", Path(folder) / "nothing"
        shipped.SHIPPED = nothing  # what is included now is not used for what replaces it
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
    """Replaces what is included by runs of this store, with their models and snapshots."""
    models = {model for run_id in run_ids for model in opened.runs.models_of(run_id).values()}
    for kind in KINDS:
        shutil.rmtree(data / kind, ignore_errors=True)
        (data / kind).mkdir(parents=True)
    for run_id in run_ids:
        write(data / "runs" / run_id, {"record.json": json_bytes(opened.runs.record(run_id))})
    for model_id in models:
        path, record = opened.models.file(model_id), opened.models.record(model_id)
        if path is None or path.parent != opened.home / "models":
            continue  # a teacher that comes with the project is not in the store
        contents = {"model.keras": path.read_bytes(), "logits.npz": path.with_suffix(".npz").read_bytes()}
        write(data / "models" / model_id, {**contents, "record.json": json_bytes(record)})
        snapshots = f"{model_id}.npz"
        shutil.copy(opened.home / "snapshots" / snapshots, data / "snapshots" / snapshots)


def write(folder: Path, contents: dict[str, bytes]) -> None:
    """Writes a folder of files with their checksums, which `sha256sum --check` can read."""
    folder.mkdir()
    sums = "".join(f"{digest(content)}  {name}\n" for name, content in contents.items())
    for name, content in {**contents, "SHA256SUMS": sums.encode()}.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
