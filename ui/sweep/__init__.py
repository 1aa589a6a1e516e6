"""Sweep: compose a study, watch it fill, and look into its cells."""
