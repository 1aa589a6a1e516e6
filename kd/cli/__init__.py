"""The command line, one file per command. Bad input is refused before anything heavy loads."""
