"""TensorFlow is loaded without what workers have no use for, and that can still be imported."""

from __future__ import annotations

import json
import subprocess
import sys

LOAD = """
import json, sys
from kd.engine.loading import load_tensorflow

load_tensorflow()
loaded = [name for name in ("keras", "tensorflow", "pandas", "pyarrow", "sklearn") if name in sys.modules]
import pandas
print(json.dumps([loaded, pandas.__name__]))
"""


def test_keras_is_loaded_without_pandas_which_can_be_imported_afterwards():
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [["keras", "tensorflow"], "pandas"]
