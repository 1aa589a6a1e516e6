"""The page Dark knowledge."""
