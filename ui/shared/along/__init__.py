"""What leaves a page: the command that repeats it, and its numbers."""
