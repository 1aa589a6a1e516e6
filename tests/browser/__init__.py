"""A person at a real browser."""
