"""What papers have claimed of distillation, to be tried: one experiment a file."""

# In the order in which they are shown
NAMES = (
    "notebook_as_it_was",
    "how_long_is_long_enough",
    "how_many_images",
    "never_saw_it",
    "only_sevens_and_eights",
    "hundred_labels",
    "temperature_and_size",
    "which_way_round",
    "wrong_labels",
    "does_it_copy",
    "same_size_same_answers",
    "too_good_a_teacher",
    "born_again",
    "born_alike",
    "two_teachers",
    "smoothed_teacher",
    "no_teacher_at_all",
    "teacher_or_regulariser",
    "longer_and_longer",
    "robustness",
    "how_small",
)
