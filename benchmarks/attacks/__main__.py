"""The app under attack: how long do other visitors wait, what does it cost, is anything lost?

    python -m benchmarks.attacks
    python -m benchmarks.attacks --only "silent connections,uploads" --json

While a run trains and a visitor opens one page after another, the attacks in benchmarks/attacks/acts.py
take their turns. At the end, the saved runs and the run that trained are checked. Everything stays on this
machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path

import psutil

from benchmarks.app_process import app_process
from benchmarks.attacks.acts import ACTS, PATIENCE, Scene
from benchmarks.browser_session import BrowserSession
from benchmarks.classroom import epochs_of, train
from kd.config import STUDENTS, RunConfig
from kd.store.store import Store
from tests.stored_runs import save_copy

# long enough to train through all attacks
RUN = RunConfig(train_size=40_000, epochs=100, seed=71)
SAVED = 12
PAGES = ("", "train", "draw", "dark_knowledge", "how_sure", "experiments", "runs")
DESCRIPTORS = 1_024
# Epochs of the run that trains, compared with those of an undisturbed one.
EPOCHS_COMPARED = 5
# Not the accuracy on the test images: a shorter run looks at them after other epochs.
MEASURES = ("loss", "student_loss", "distillation_loss", "accuracy")


@dataclass
class Visits:
    """What the visitor saw during one attack: seconds for each page opened, and errors."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    peak_megabytes: float = 0.0


def save_runs(home: Path) -> list[str]:
    """Fill a home with saved runs, each as complete as the included one."""
    store, ids = Store(home), []
    for seed in range(1, SAVED + 1):
        ids.append(save_copy(store, RunConfig().run_id, RunConfig(seed=seed), created=time.time()))
    return ids


async def visit(url: str, visits: Visits, process: psutil.Process) -> None:
    """Open one page after another, forever."""
    for page in cycle(PAGES):
        started = time.perf_counter()
        try:
            async with BrowserSession(url, page) as visitor:
                await visitor.settled(PATIENCE)
                visits.errors += visitor.errors
        except Exception as error:  # whatever the error is, the visitor got no page
            visits.errors.append(f"{page or 'home'}: {type(error).__name__}: {error}"[:200])
        visits.seconds.append(time.perf_counter() - started)
        visits.peak_megabytes = max(visits.peak_megabytes, process.memory_info().rss / 1e6)
        await asyncio.sleep(0.2)


async def measure(scene: Scene, names: list[str]) -> dict:
    """Run every attack in turn."""
    server = psutil.Process(scene.app.process.pid)
    saved = save_runs(scene.home)
    session = await train(scene.app.url, RUN)
    await epochs_of(scene.home, RUN.run_id, 4)
    found: dict[str, Visits] = {}
    for name in ("nothing", *names):
        print(name, file=sys.stderr, flush=True)
        visits = found[name] = Visits()
        visitor = asyncio.create_task(visit(scene.app.url, visits, server))
        try:
            await (asyncio.sleep(8) if name == "nothing" else ACTS[name](scene))
        except Exception as error:  # an attack that the app cuts short has done what it could
            print(f"  cut short: {type(error).__name__}: {error}"[:200], file=sys.stderr)
        await asyncio.sleep(2)
        visitor.cancel()
        visits.peak_megabytes = max(visits.peak_megabytes, server.memory_info().rss / 1e6)
    trained = await epochs_of(scene.home, RUN.run_id, 0)
    await session.act("Stop", trigger_value=True)
    await session.settled(PATIENCE)
    await session.__aexit__()
    return {
        "acts": {name: asdict(visits) for name, visits in found.items()},
        "log_bytes": scene.app.log.stat().st_size,
        "children": len(scene.app.family()),
        "epochs": trained,
        "saved": saved,
    }


def whole(home: Path, saved: list[str]) -> int:
    """How many of the saved runs still have all their files."""
    store = Store(home)
    count = 0
    for run_id in saved:
        store.runs.restore([run_id])  # a deleted run can be restored, so it is not lost
        students = [store.runs.models_of(run_id).get(name, "") for name in STUDENTS]
        kept = [
            store.models.logits(model) is not None and store.models.has_snapshots(model) for model in students
        ]
        count += store.is_usable(run_id) and all(kept)
    return count


def same_as_undisturbed(epochs: list[dict]) -> bool:
    """Whether the run that trained throughout has the numbers of an undisturbed one."""
    from kd.lab import Lab

    with tempfile.TemporaryDirectory() as home:
        lab = Lab(Path(home))
        try:
            config = RUN.replace(epochs=EPOCHS_COMPARED)
            view = lab.train(config).wait()
        finally:
            lab.close()
    disturbed = {(event["model"], event["epoch"]): event for event in epochs}
    alone = [event for event in view.history if event["model"] != "teacher"]
    return bool(alone) and all(
        disturbed[event["model"], event["epoch"]].get(name) == event.get(name)
        for event in alone
        for name in MEASURES
    )


def report(found: dict) -> None:
    """Print a table."""
    for name, visits in found["acts"].items():
        seconds = sorted(visits["seconds"])
        print(
            f"{name:20} {len(seconds):3} pages opened, median {seconds[len(seconds) // 2]:.2f} s, "
            f"slowest {seconds[-1]:.2f} s, {len(visits['errors'])} errors, "
            f"server at most {visits['peak_megabytes']:.0f} MB"
        )
        for error in sorted(set(visits["errors"]))[:3]:
            print(f"    {error}")
    print(f"saved runs still whole: {found['whole']} of {len(found['saved'])}")
    print(f"the run that trained has the numbers of an undisturbed run: {'yes' if found['same'] else 'NO'}")
    print(f"processes below the server: {found['children']}; its log: {found['log_bytes'] / 1e3:.0f} kB")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.attacks", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--only", default=",".join(ACTS), help="which attacks, in which order (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    names = [name.strip() for name in options.only.split(",") if name.strip()]
    unknown = sorted(set(names) - set(ACTS))
    if unknown:
        parser.error(f"--only must be of {', '.join(ACTS)}, got {', '.join(unknown)}.")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with app_process(home, descriptors=DESCRIPTORS) as app:
            found = asyncio.run(measure(Scene(app, home), names))
        found["whole"] = whole(home, found["saved"])
    found["same"] = same_as_undisturbed(found.pop("epochs"))
    if options.json:
        print(json.dumps(found))
    else:
        report(found)
    lost = len(found["saved"]) - found["whole"]
    return 1 if lost or not found["same"] else 0


if __name__ == "__main__":
    sys.exit(main())
