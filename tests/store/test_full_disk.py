"""A full disk: room is made where possible, and otherwise it is reported; no saved run is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kd.store.shipped import SHIPPED
from kd.store.store import Store
from tests import PROJECT
from tests.stored_runs import CONFIG, is_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a full disk is made with limits and mounts")

OTHER = CONFIG.replace(seed=2).run_id


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path):
    """The kernel really refuses: in this process, no file may grow beyond 128 kB."""
    program = textwrap.dedent(
        """
        import resource, signal, sys
        from pathlib import Path
        from kd.store.store import Store
        from tests.stored_runs import CONFIG, RUN, save

        opened = Store(Path(sys.argv[1]))
        save(opened)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (131072, 131072))
        for _ in range(99):  # the same few pages are written again and again
            opened.runs.annotate([RUN], note="x" * 9000)
            opened.runs.rows()
        for write in (
            lambda: save(opened, CONFIG.replace(seed=2), {"distilled": b"d" * 200_000}),
            lambda: [opened.runs.add_event("0" * 12, {"model": "x" * 3000}) for _ in range(200)],
        ):
            try:
                write()
            except OSError as error:
                print(error)
        """
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    models, events = done.stdout.splitlines()
    assert models.startswith("The disk is full, so this")
    assert events.startswith("The database")
    after = Store(tmp_path)
    assert after.recovered == ""
    assert is_whole(after)
    assert not after.runs.has(OTHER)
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
from kd.store.database import DiskFull
from tests.stored_runs import CONFIG, is_whole, save

home = Path(sys.argv[1])
contents = {"distilled": os.urandom(400_000), "scratch": b"s"}
one, two, three, four = (CONFIG.replace(seed=seed) for seed in (1, 2, 3, 4))

def store_run(store, config):
    save(store, config, contents)

def fill():
    with (home / "filler").open("ab", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass

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
def test_on_a_full_disk_runs_can_be_deleted_for_others_and_however_often_it_refuses_each_stays_whole(
    tmp_path,
):
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
        print(not lab.runs.restore(one.run_id), is_whole(lab.store, one.run_id))
        lab.runs.delete([one.run_id, two.run_id])
        store_run(lab.store, four)
        print([is_whole(lab.store, c.run_id) for c in (one, two, three, four)])
        fill()
        for number in range(300):
            try:
                lab.runs.delete(three.run_id)
                lab.runs.annotate(four.run_id, note="x" * number)
                lab.runs.restore(three.run_id)
            except DiskFull:
                break
        os.unlink(home / "filler")
        lab.store.runs.restore([three.run_id])
        print(all(is_whole(lab.store, c.run_id) for c in (three, four)))
        print(list(home.rglob("*.partial-*")), lab.store.recovered)
        """,
    )
    assert said == [
        "The disk is full, so this could not be saved; everything saved earlier is safe. "
        "Delete runs on the Runs page or free up space some other way, then try again.",
        "finished True",
        "True True",
        "[False, False, True, True]",
        "True",
        "[] ",
    ]


@needs_mounts
def test_caches_give_way_before_deleted_runs(tmp_path):
    said = on_a_small_disk(
        tmp_path,
        """
        lab.runs.delete(one.run_id)
        for number in range(2):
            (home / "neighbours" / f"old{number}.npz").write_bytes(os.urandom(300_000))
        fill()
        store_run(lab.store, four)
        print(is_whole(lab.store, four.run_id), os.listdir(home / "neighbours"))
        print(not lab.runs.restore(one.run_id), is_whole(lab.store, one.run_id))
        """,
    )
    assert said == ["True []", "True True"]


@needs_mounts
def test_a_lab_can_be_opened_on_a_full_disk_if_caches_can_go(tmp_path):
    said = on_a_small_disk(
        tmp_path,
        """
        import subprocess
        (home / "logits" / "old.npz").write_bytes(bytes(200_000))
        lab.close(); database = lab.store._database
        database._disconnect(); database._anchor[1].close(); os.sync()
        fill()
        look = "from kd.lab import Lab; print(sum(view.status == 'finished' for view in Lab().runs.views()))"
        environment = {**os.environ, "KD_HOME": str(home)}
        print(subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True))
        """,
    )
    count = 3 + len(list((SHIPPED / "runs").iterdir()))
    assert f"returncode=0, stdout='{count}" in said[0]
