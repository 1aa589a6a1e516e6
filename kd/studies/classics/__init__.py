"""What papers have claimed of distillation, to be tried: one experiment a file."""
