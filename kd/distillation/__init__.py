"""Distillation itself: the Distiller, its hyperparameters, the loss on soft targets."""
