"""Finds the one public class of each module in a package."""

from __future__ import annotations

from importlib import import_module
from typing import TypeVar

Kind = TypeVar("Kind")


def class_of(package: str, name: str, kind: type[Kind], attribute: str) -> type[Kind]:
    """Returns the class of a kind, from the module of this name, that has this name as its attribute."""
    values = vars(import_module(f"{package}.{name}")).values()
    classes = [value for value in values if isinstance(value, type) and issubclass(value, kind)]
    return next(found for found in classes if getattr(found, attribute, None) == name)
