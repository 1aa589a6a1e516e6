"""A run, one of its models, or the numbers of many runs, to take along. Importing this loads no format.

A format is an instance of `kd.export.format.Format` in the FORMATS of its module, and a line of these lists.
The formats of one model are in models.py, of tables in tables.py; each other one has a module of its name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kd.base.unusable import Unusable
from kd.text.translation import N_
from kd.text.words import quoted

if TYPE_CHECKING:
    from kd.export.format import Format

# Name → what it is, marked for translation; in the order in which they are offered.
MODELS = {
    "keras": N_("the model's own file, for Keras"),
    "litert": N_("for phones and other small devices"),
    "litert-int8": N_("the same with 8 bits a number, for the smallest devices"),
    "onnx": N_("for most other frameworks and languages"),
}
TABLES = {
    "csv": N_("the numbers of runs or of a study, three rows a run, as text"),
    "parquet": N_("the same with types, for pandas, R or DuckDB"),
}
FORMATS = {
    **MODELS,
    "notebook": N_("the whole run again, in plain Keras"),
    "report": N_("setting, curves, verdict and versions on one page"),
    "tensorboard": N_("what each model's training showed by epoch, as logs for TensorBoard"),
    **TABLES,
}


def format_named(name: str) -> Format:
    """Returns the format of this name, or raises ValueError where there is none."""
    if name not in FORMATS:
        raise Unusable(
            "format must be one of {choices}, got {value}.", choices=", ".join(FORMATS), value=quoted(name)
        )
    module = "models" if name in MODELS else "tables" if name in TABLES else name
    return import_module(f"{__name__}.{module}").FORMATS[name]
