"""The command line, one command a file. What can be refused is refused before anything heavy loads."""
