"""The log's limits: repeated messages appear only a few times, and no traceback is long."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from ui.serving import log_limit


@pytest.fixture
def log(caplog) -> Iterator[logging.Logger]:
    """A logger with its own limit."""
    logger = logging.getLogger("tests.limited")
    limit = log_limit.Limit()
    logger.addFilter(limit)
    yield logger
    logger.removeFilter(limit)


def test_repeated_messages_are_logged_a_few_times_a_minute(log, caplog, monkeypatch):
    def went_wrong(number: object) -> None:
        log.warning(f"somebody did {number}")

    for number in range(10_000):
        went_wrong(number)
    log.warning("something else")
    assert len(caplog.records) == log_limit.OF_A_KIND + 1
    monkeypatch.setattr(log_limit, "A_MINUTE", 0)
    went_wrong("it again")
    assert caplog.messages[-1] == "somebody did it again"


def test_news_of_runs_is_never_held_back(log, caplog):
    caplog.set_level(logging.INFO)
    for _ in range(1000):
        log.info("run queued")
    assert len(caplog.records) == 1000


def test_one_traceback_is_enough_and_none_is_long(log, caplog):
    def deep(levels: int) -> None:
        if levels:
            deep(levels - 1)
        else:
            raise ValueError("x" * 1_000_000)

    for _ in range(20):
        try:
            deep(100)
        except ValueError:
            log.exception("it went wrong")
    assert "deep(levels - 1)" in caplog.text
    assert caplog.text.count("Traceback") == 1
    assert len(caplog.text) < 30_000
