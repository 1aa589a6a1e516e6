"""Ways to a picture that several pages ask about: drawn, from the test set, uploaded."""
