"""Experiments: a shelf of questions, and one of them from the guess to the verdict."""
