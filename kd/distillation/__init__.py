"""Distillation itself: the Distiller, its hyperparameters and the loss on soft targets."""
