"""Quotations from plain_keras.py, and what its functions take and need."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path

from kd.networks.architectures import Architecture

_PLAIN = Path(__file__).with_name("plain_keras.py")


@cache
def definitions() -> dict[str, ast.FunctionDef]:
    """Name → each of them."""
    tree = ast.parse(_PLAIN.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def cited(*names: str) -> list[str]:
    """Their text."""
    source = _PLAIN.read_text(encoding="utf-8")
    return [ast.get_source_segment(source, definitions()[name]) or "" for name in names]


def layers_of(architecture: Architecture) -> str:
    """The function that makes the hidden layers, without its import, which a notebook has already."""
    return inspect.getsource(architecture.student.layers).replace("    from keras import layers\n\n", "")


def parameters(function: str) -> list[str]:
    """What one takes."""
    return [argument.arg for argument in definitions()[function].args.args]


def needed_by(function: str) -> list[str]:
    """The other definitions that one calls, and those that these call, in their order."""
    called = {node.id for node in ast.walk(definitions()[function]) if isinstance(node, ast.Name)}
    direct = [name for name in definitions() if name in called and name != function]
    needed = {*direct, *(name for one in direct for name in needed_by(one))}
    return [name for name in definitions() if name in needed]


def lines(*each: str | None) -> str:
    """Lines of code, without those that are None."""
    return "\n".join(line for line in each if line is not None)
