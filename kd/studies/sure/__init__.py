"""How sure is a verdict? What one seed would have said, what more of them say, and what can be told apart."""
