"""KD Lab: knowledge distillation that one can touch.

    from kd import Distiller, build_teacher, build_student

The names are those of `__init__.pyi`. They are imported on first use, so that what needs no TensorFlow does
not load it. After `import kd` alone, Keras can load a saved Distiller.
"""

from lazy_loader import attach_stub

from kd.distillation.registration import register_with_keras

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)

register_with_keras()
