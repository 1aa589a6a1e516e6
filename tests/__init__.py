"""Tests, in three layers: the backend, the pages, the browser."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
