"""Studies as lines of text: a table, intervals along an axis, a shaded map, the command that repeats them."""
