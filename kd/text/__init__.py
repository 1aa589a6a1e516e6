"""Every word a person reads: sentences, verdicts, numbers."""
