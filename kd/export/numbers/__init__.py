"""The numbers of runs as a table for data analysis: three rows a run, and a dictionary of its columns."""
