"""A run from the click to its result: queued, dispatched, trained, shown."""
