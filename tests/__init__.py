"""Tests, in three layers: the backend, the pages, the browser."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# With this in PYTHONPATH an engine loads no TensorFlow: for those that start and end, and train nothing.
WITHOUT_TENSORFLOW = str(PROJECT / "tests" / "without_tensorflow")
