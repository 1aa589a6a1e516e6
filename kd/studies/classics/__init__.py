"""What papers have claimed of distillation, to be tried: one experiment a file."""

# In the order in which they are shown
NAMES = (
    "notebook_as_it_was",
    "how_many_images",
    "never_saw_it",
    "only_sevens_and_eights",
    "temperature_and_size",
    "wrong_labels",
    "does_it_copy",
    "how_small",
)
