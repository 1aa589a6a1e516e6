"""A full disk: room is made where possible, and otherwise it is reported; no saved run is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kd.store.store import SHIPPED, Store
from tests import PROJECT
from tests.stored_runs import CONFIG, is_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a full disk is made with limits and mounts")

OTHER = CONFIG.replace(seed=2).run_id


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path):
    """The kernel really refuses: in this process, no file may grow beyond 64 kB."""
    program = textwrap.dedent(
        f"""
        import json, resource, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(PROJECT)!r})
        from kd.runs.result import not_stored
        from kd.store.store import Store
        from tests.stored_runs import CONFIG, save

        opened = Store(Path(sys.argv[1]))
        save(opened)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        other = CONFIG.replace(seed=2)
        try:
            save(opened, other, {{"distilled": b"d" * 100_000}})
        except OSError as error:
            print(not_stored(error))
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("The disk is full, so this could not be saved")
    after = Store(tmp_path)
    assert is_whole(after)
    assert not after.has_run(OTHER)
    assert not list(tmp_path.rglob("*.partial-*"))


def _own_mounts() -> list[str] | None:
    """How to run a command with mounts of its own, if this system allows it."""
    for command in (["unshare", "--user", "--map-root-user", "--mount"], ["unshare", "--mount"]):
        probe = [*command, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
        if (
            shutil.which("unshare")
            and subprocess.run(probe, capture_output=True, check=False).returncode == 0
        ):
            return command
    return None


needs_mounts = pytest.mark.skipif(
    _own_mounts() is None, reason="needs Linux and the right to mount a small disk"
)

# Three runs on a disk that is then filled to the last block: the kernel says ENOSPC.
ON_A_SMALL_DISK = """
import os, sys
from pathlib import Path
from kd.lab import Lab
from kd.store.room import DiskFull
from tests.stored_runs import CONFIG, is_whole, save

home = Path(sys.argv[1])
contents = {"distilled": os.urandom(400_000), "scratch": b"s"}
one, two, three, four = (CONFIG.replace(seed=seed) for seed in (1, 2, 3, 4))

def store_run(store, config):
    save(store, config, contents)

def fill(room=0):
    with (home / "filler").open("ab", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass
    with (home / "filler").open("ab") as filler:
        filler.truncate((home / "filler").stat().st_size - room)

lab = Lab(home)
for config in (one, two, three):
    store_run(lab.store, config)
"""


def on_a_small_disk(tmp_path: Path, program: str) -> list[str]:
    """The lines that the program prints; it starts with three runs and may call `fill` to fill the disk."""
    done = subprocess.run(
        [
            *_own_mounts(),
            *("sh", "-c", 'mount -t tmpfs -o size=8m tmpfs "$1" && exec "$2" -c "$3" "$1"', "sh"),
            *(str(tmp_path), sys.executable, ON_A_SMALL_DISK + textwrap.dedent(program)),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@needs_mounts
def test_on_a_full_disk_runs_can_be_deleted_and_then_there_is_room_for_others(tmp_path):
    said = on_a_small_disk(
        tmp_path,
        """
        fill()
        try:
            store_run(lab.store, four)
        except DiskFull as error:
            print(error)
        print(lab.runs.view(one.run_id).status, all(is_whole(lab.store, c.run_id) for c in (one, two, three)))
        lab.runs.delete(one.run_id)
        print(lab.runs.restore(one.run_id) == [], is_whole(lab.store, one.run_id))
        lab.runs.delete(one.run_id)
        lab.runs.delete(two.run_id)
        store_run(lab.store, four)
        print([is_whole(lab.store, c.run_id) for c in (one, two, three, four)])
        print(list(home.rglob("*.partial-*")))
        """,
    )
    assert said == [
        "The disk is full, so this could not be saved; everything saved earlier is safe. "
        "Delete runs on the Runs page or free up space some other way, then try again.",
        "finished True",
        "True True",
        "[False, False, True, True]",
        "[]",
    ]


@needs_mounts
def test_caches_give_way_before_deleted_runs(tmp_path):
    said = on_a_small_disk(
        tmp_path,
        """
        lab.runs.delete(one.run_id)
        (home / "neighbours" / "old.npz").write_bytes(os.urandom(300_000))
        (home / "aside" / "damaged").write_bytes(os.urandom(300_000))
        fill()
        store_run(lab.store, four)
        print(is_whole(lab.store, four.run_id), [len(os.listdir(home / n)) for n in ("neighbours", "aside")])
        print(lab.runs.restore(one.run_id) == [], is_whole(lab.store, one.run_id))
        """,
    )
    assert said == ["True [0, 0]", "True True"]


@needs_mounts
def test_without_any_reserve_a_full_disk_leaves_each_run_whole_and_where_it_was(tmp_path):
    said = on_a_small_disk(
        tmp_path,
        """
        (home / "reserve").unlink()
        fill()
        deleted = 0
        try:
            for seed in range(200):
                lab.runs.delete(one.run_id)
                deleted += 1
                lab.runs.restore(one.run_id)
        except DiskFull as error:
            print("refused")
        if (home / "runs" / one.run_id).exists():
            print(is_whole(lab.store, one.run_id), lab.store.row(one.run_id)["status"], lab.runs.deleted())
        else:
            print((home / "trash" / one.run_id / "record.json").is_file(), "finished", {})
        os.unlink(home / "filler")
        lab.store.reconcile()
        print(one.run_id in lab.runs.deleted() or is_whole(lab.store, one.run_id))
        """,
    )
    assert said == ["refused", "True finished {}", "True"]


@needs_mounts
def test_a_lab_can_be_opened_on_a_full_disk(tmp_path):
    said = on_a_small_disk(
        tmp_path,
        """
        import subprocess
        lab.close()
        fill()
        look = "from kd.lab import Lab; print(sum(view.status == 'finished' for view in Lab().runs.views()))"
        environment = {**os.environ, "KD_HOME": str(home)}
        print(subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True))
        """,
    )
    count = 3 + len(list((SHIPPED / "runs").iterdir()))
    assert f"returncode=0, stdout='{count}" in said[0]


def test_an_index_that_cannot_grow_counts_as_a_full_disk(tmp_path):
    program = textwrap.dedent(
        f"""
        import resource, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(PROJECT)!r})
        from kd.store.store import Store
        from tests.stored_runs import save

        opened = Store(Path(sys.argv[1]))
        save(opened)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        try:
            for _ in range(100):
                opened.index.add_event("0" * 12, {{"event": "epoch", "model": "x" * 3000}})
        except OSError:
            print("OSError")
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "OSError\n"
    assert is_whole(Store(tmp_path))
