"""Makes Keras know the Distiller and its losses once both Keras and kd are imported, whichever comes first.

Keras only loads what was registered, and looks for no module of that name. So that `import kd` is enough for
`keras.saving.load_model`, and still imports no Keras, the module that registers is imported right after it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

_REGISTERS = "kd.distillation.distiller"


class _AfterKeras:
    """Finds Keras as the other finders do, and has it followed by the module that registers."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "keras":
            return None
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, found), None)
        loader: Any = spec and spec.loader
        if loader is not None:
            execute = loader.exec_module

            def execute_and_register(module):
                execute(module)
                if module.__name__ == name and self in sys.meta_path:  # some loaders load several modules
                    sys.meta_path.remove(self)
                    del loader.exec_module
                    import_module(_REGISTERS)

            loader.exec_module = execute_and_register
        return spec


def register_with_keras() -> None:
    """Register now if Keras has been imported, else as soon as it is."""
    if "keras" in sys.modules:
        import_module(_REGISTERS)
    else:
        sys.meta_path.insert(0, _AfterKeras())
