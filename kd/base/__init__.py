"""What everybody may use: files, places, processes, and the description of a field."""
