"""What papers have claimed of distillation, to be tried: one experiment a file."""

# In the order in which they are shown
NAMES = ("how_many_images",)
