"""What all pages share: frame, guard, notices, figures, the address."""
