"""As `tensorflow` beside it."""
