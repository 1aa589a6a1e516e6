"""What training, workers and the app share about stopping."""


class TrainingStopped(Exception):
    """Somebody asked the training to stop."""
