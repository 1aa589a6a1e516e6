"""Threads that have ended hold no descriptors."""

from __future__ import annotations

import gc
import sys
import threading

import psutil
import pytest

from kd.store.store import Store


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no descriptors")
def test_a_thread_that_has_ended_holds_no_connection_to_the_database(tmp_path):
    store, process, held = Store(tmp_path), psutil.Process(), []
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            reader = threading.Thread(target=store.runs.rows)
            reader.start()
            reader.join()
            held.append(process.num_fds())
    finally:
        gc.enable()
    assert held[-1] == held[0]
