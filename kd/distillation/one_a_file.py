"""Where a folder has one class a file: which class a file is there for."""

from __future__ import annotations

from importlib import import_module
from typing import TypeVar

Kind = TypeVar("Kind")


def class_of(package: str, name: str, kind: type[Kind], attribute: str) -> type[Kind]:
    """The class of a kind, from the file of this name, that has this name as its attribute."""
    values = vars(import_module(f"{package}.{name}")).values()
    classes = [value for value in values if isinstance(value, type) and issubclass(value, kind)]
    return next(found for found in classes if getattr(found, attribute, None) == name)
