"""Figures of a study, each with a function for its rows and one that draws them."""
