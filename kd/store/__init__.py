"""What is kept on disk: runs, teachers, the index that finds them, and their upkeep."""
