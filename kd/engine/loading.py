"""TensorFlow and Keras, loaded without the libraries that they look for and workers have no use for."""

from __future__ import annotations

import sys
from typing import Any

from kd.training.quiet import quiet_standard_error

# Keras takes their data where they are installed. With all that they load in turn they hold 70 MB, and
# pyarrow, which pandas loads, starts a thread: a process from which others are forked should have one only.
UNUSED = ("pandas", "sklearn")


def load_tensorflow() -> None:
    """Import both; whoever needs what is in UNUSED can import it afterwards."""
    absent = [name for name in UNUSED if name not in sys.modules]
    nothing: Any = None  # an import that finds None fails, as if it was not installed
    sys.modules.update(dict.fromkeys(absent, nothing))
    try:
        with quiet_standard_error():
            import keras  # noqa: F401
            import tensorflow as tf  # noqa: F401
    finally:
        for name in absent:
            sys.modules.pop(name, None)
