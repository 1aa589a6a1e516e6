"""How long a silent process is waited for, and the memory that is given back."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from kd.engine import processes
from kd.engine.processes import Silence


@pytest.mark.parametrize(
    ("told", "cores"),
    [
        ({"cpu.max": "150000 100000"}, 1),
        ({"cpu.max": "50000 100000"}, 1),
        ({"cpu.max": "300000 100000"}, 3),
        ({"cpu.max": "9900000 100000"}, 8),
        ({"cpu.max": "max 100000"}, 8),
        ({"cpu/cpu.cfs_quota_us": "250000", "cpu/cpu.cfs_period_us": "100000"}, 2),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 8),
        ({}, 8),
    ],
)
def test_a_containers_share_of_the_processors_counts(monkeypatch, tmp_path, told, cores):
    for name, content in told.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{content}\n")
    monkeypatch.setattr(processes, "_CGROUP", tmp_path)
    monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _pid: range(8), raising=False)
    assert processes.available_cores() == cores


class Process:
    """A process as Silence sees it, which has computed for this many seconds."""

    def __init__(self, status=psutil.STATUS_SLEEPING):
        self.seconds = 0.0
        self.status = lambda: status

    def cpu_times(self):
        return self.seconds, 0.0, 9.9


def looks_until_lost(silence: Silence, process, seconds_computed_between_looks: float = 0.0) -> int:
    for look in range(1, 1000):
        if silence.is_too_long("the same sign", process):
            return look
        process.seconds += seconds_computed_between_looks
    return 1000


def test_a_silent_process_is_given_up_after_enough_looks_and_a_busy_one_after_ten_times_as_many():
    assert looks_until_lost(Silence(30), Process()) == 31
    assert looks_until_lost(Silence(30), Process(), 0.5) == 301
    assert looks_until_lost(Silence(30), Process(psutil.STATUS_DISK_SLEEP)) == 301
    silence = Silence(3)  # any sign of life restarts the wait
    for sign in (1, 1, 1, 2, 2, 2, 3, 3, 3):
        assert not silence.is_too_long(sign)
    assert silence.is_too_long(3)


FREED = """
import numpy as np, psutil
from kd.engine import processes

processes.keep_freed_memory()
kept = [np.ones(1 << 17) for _ in range(100)]  # a megabyte each
last = np.ones(1 << 10)
del kept
before = psutil.Process().memory_info().rss
processes.give_back()
print(before - psutil.Process().memory_info().rss)
"""


def test_what_was_freed_is_kept_until_it_is_given_back_where_the_c_library_can():
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    if sys.platform == "linux":
        assert int(done.stdout) > 80e6


POOLS = """
import ctypes, threading
from kd.engine import processes

processes.share_freed_memory()
together, libc = threading.Barrier(9), ctypes.CDLL("libc.so.6")
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p

def take():
    libc.malloc(ctypes.c_size_t(5_000))
    together.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
for thread in threads:
    thread.start()
together.wait()
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has pools")
def test_threads_share_two_pools_of_memory():
    done = subprocess.run([sys.executable, "-c", POOLS], capture_output=True, text=True, check=True)
    assert 1 <= done.stdout.count("<heap nr=") <= 2
