"""The one word that trainings, workers and the app share about stopping."""


class TrainingStopped(Exception):
    """Somebody asked for the training to stop."""
