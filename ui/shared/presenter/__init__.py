"""Presenter mode: large type, no navigation, and on each page what the last row is to look at."""
