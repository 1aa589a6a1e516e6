"""Mistakes that people make with soft targets, to be made on purpose: one experiment each, in cards.py."""

# In the order in which they are shown
NAMES = (
    "no_t_squared",
    "mean_reduction",
    "alpha_reversed",
    "reversed_divergence",
    "one_temperature",
    "probabilities_for_logits",
    "log_probabilities",
    "teacher_in_training",
    "cached_answers",
    "same_network",
    "best_of_many",
    "keras_default",
)
