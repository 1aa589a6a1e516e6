"""The networks: what they are made of, and a NumPy engine that runs them without TensorFlow."""
