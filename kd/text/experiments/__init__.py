"""Experiments at two lengths, in words: what came out at each, and what would change it."""
