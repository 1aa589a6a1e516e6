"""Sweep: the map of a study that fills, the repeats of its cells, and the form that makes another one."""
