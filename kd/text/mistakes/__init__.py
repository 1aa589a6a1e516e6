"""Mistakes, in words."""
