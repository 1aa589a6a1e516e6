"""The one word that trainings, workers and the app share about stopping."""


class TrainingStopped(Exception):  # noqa: N818 - somebody's wish, not an error
    """Somebody asked for the training to stop."""
