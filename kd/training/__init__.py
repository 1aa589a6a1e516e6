"""Fitting a student: the step, the schedule, what is kept of every epoch."""
