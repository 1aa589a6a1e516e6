"""Figures of an experiment: one for what a field changes, one for what is compared."""
