"""Charts of how sure a verdict is."""
