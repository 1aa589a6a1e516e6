"""The kinds of student, one a file. A new one is a file, and its name in this list."""

from importlib import import_module

from kd.networks.students.student import Costs, Student

__all__ = ["KINDS", "Costs", "Student"]

# In the order in which they are offered
_NAMES = (
    "convolutional",
    "dense",
    "linear",
    "separable",
)

KINDS: dict[str, Student] = {name: import_module(f"{__name__}.{name}").STUDENT for name in _NAMES}
