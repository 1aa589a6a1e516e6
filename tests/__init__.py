"""Tests, in three layers: the backend, the pages, the browser."""
