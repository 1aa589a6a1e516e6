"""What is kept on disk: one database, large files, and their upkeep."""
