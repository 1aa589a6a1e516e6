"""A run, or one of its models, to take along. Importing this loads no format.

A format is one file, in which FORMAT is an instance of `kd.export.format.Format`, and a line of these lists;
those of tables are in a room of their own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kd.text.translation import N_, _
from kd.text.words import quoted

if TYPE_CHECKING:
    from kd.export.format import Format

# Name → what it is, marked for translation; in the order in which they are offered.
TABLES = {
    "csv": N_("the numbers of runs or of a study, three rows a run, as text"),
    "parquet": N_("the same with types, for pandas, R or DuckDB"),
}
FORMATS = {
    "keras": N_("the model's own file, for Keras"),
    "litert": N_("for phones and other small devices"),
    "litert-int8": N_("the same with 8 bits a number, for the smallest devices"),
    "onnx": N_("for most other frameworks and languages"),
    "notebook": N_("the whole run again, in plain Keras"),
    "report": N_("setting, curves, verdict and versions on one page"),
    "tensorboard": N_("what each model's training showed by epoch, as logs for TensorBoard"),
    **TABLES,
}


def format_named(name: str) -> Format:
    """The format of this name.

    Raises:
        ValueError: when there is none.
    """
    if name not in FORMATS:
        raise ValueError(
            _("format must be one of {choices}, got {value}.", choices=", ".join(FORMATS), value=quoted(name))
        )
    room = f"{__name__}.numbers" if name in TABLES else __name__
    return import_module(f"{room}.{name.replace('-', '_')}").FORMAT
