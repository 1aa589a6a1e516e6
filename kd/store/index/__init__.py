"""The index of a store: which runs were requested, their states and their events, in one SQLite file."""
