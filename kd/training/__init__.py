"""Training a model: the step, the schedule, and what is kept of each epoch."""
