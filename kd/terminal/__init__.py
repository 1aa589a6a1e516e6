"""What every command needs: arguments, exit codes, streams that cannot break it, Ctrl-C."""
