"""Rows of numbers drawn as Altair charts."""
