"""The controls of Train: a form made from the fields of a run, the button, and training as one moves."""
