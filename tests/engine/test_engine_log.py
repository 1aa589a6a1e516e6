"""What the engine's processes log when it ends on purpose: nothing."""

from __future__ import annotations

import logging
import sys
import types

import pytest
from distributed.comm import CommClosedError

from kd.engine import __main__ as engine
from kd.engine import preload


class Worker:
    """Stands in for the worker that Dask passes to a preload, which recognises it by its class name."""

    def __init__(self) -> None:
        self.periodic_callbacks = {}


@pytest.fixture
def levels():
    """Dask's loggers, restored afterwards."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.nanny", "distributed.worker")]
    before = [(logger, logger.level, list(logger.filters)) for logger in loggers]
    yield
    for logger, level, filters in before:
        logger.setLevel(level)
        logger.filters[:] = filters


def test_a_heartbeat_that_finds_the_scheduler_gone_is_not_logged_but_other_errors_are(levels, caplog):
    log = logging.getLogger("distributed.worker")
    preload.dask_setup(Worker())
    for error in (CommClosedError("Stream is closed"), ConnectionResetError("reset"), ValueError("odd")):
        try:
            raise error
        except (OSError, ValueError):
            log.exception("Failed to communicate with scheduler during heartbeat.")
    assert [str(record.exc_info[1]) for record in caplog.records] == ["reset", "odd"]


def test_once_the_parent_is_gone_no_connection_that_ends_is_an_error(levels, monkeypatch):
    left = []
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=types.SimpleNamespace(read=lambda: b"")))
    monkeypatch.setattr(engine.os, "_exit", left.append)
    monkeypatch.setattr(engine, "kill", lambda processes: None)  # which in this process are the tests' own
    monkeypatch.setattr(engine, "_parent_gone", engine.threading.Event())
    engine._watch_parent()
    assert left == [0]
    assert not logging.getLogger("distributed.scheduler").isEnabledFor(logging.ERROR)
