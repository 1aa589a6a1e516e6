"""Classes: what a class does together, one file a kind of activity; no engine and no store."""
