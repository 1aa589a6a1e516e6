"""What an exported notebook is made of: plain Keras, quoted, and a run's own numbers."""
