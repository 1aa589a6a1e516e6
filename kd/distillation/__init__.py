"""Distillation itself: its objectives, the Distiller and its hyperparameters."""
