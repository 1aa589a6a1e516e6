"""Studies as lines of text: a table, intervals along an axis, a shaded map."""
