"""What every command needs: arguments, exit codes, safe output streams, Ctrl-C."""
