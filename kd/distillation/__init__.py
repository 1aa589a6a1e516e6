"""Distillation itself: its objectives and the Distiller."""
