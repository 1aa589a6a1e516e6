"""KD Lab: knowledge distillation that one can touch.

    from kd import Distiller, build_teacher, build_student

The names are those of `__init__.pyi`. They are imported on first use, so that what needs no TensorFlow does
not load it. Keras loads a saved Distiller after `from kd import Distiller`.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
