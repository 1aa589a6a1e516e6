"""What is known of a study: what it asks and whose it is, as it is stored, and how far it is."""
