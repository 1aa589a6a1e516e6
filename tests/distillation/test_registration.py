"""The module that registers the Distiller is imported right after Keras, and after nothing else."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from kd.distillation import registration

REGISTERS = "kd.distillation.distiller"


class OneLoader:
    """Loads every module itself, as the loader of a zip file does."""

    def __init__(self):
        self.loaded: list[str] = []

    def exec_module(self, module: ModuleType) -> None:
        self.loaded.append(module.__name__)


class Finder:
    def __init__(self, spec: ModuleSpec | None):
        self.spec, self.asked = spec, []

    def find_spec(self, *arguments) -> ModuleSpec | None:
        self.asked.append(arguments)
        return self.spec


@pytest.fixture
def imported(monkeypatch) -> list[str]:
    """What would have been imported; Keras has not been."""
    names: list[str] = []
    monkeypatch.setattr(registration, "import_module", names.append)
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    return names


def test_it_is_imported_after_keras_and_once(monkeypatch, imported):
    loader = OneLoader()
    ignorant, knowing = Finder(None), Finder(ModuleSpec("keras", loader))
    monkeypatch.setattr(sys, "meta_path", [ignorant, knowing])
    registration.register_with_keras()
    after = sys.meta_path[0]
    assert (imported, sys.meta_path[1:]) == ([], [ignorant, knowing])
    assert after.find_spec("numpy", None, None) is None
    assert not ignorant.asked
    for _ in range(2):  # found, as by importlib.util.find_spec, but not loaded
        assert after.find_spec("keras", ["path"], "target") is knowing.spec
    assert ignorant.asked == knowing.asked == [("keras", ["path"], "target")] * 2
    loader.exec_module(ModuleType("another"))
    assert not imported
    for _ in range(2):
        loader.exec_module(ModuleType("keras"))
        assert (imported, sys.meta_path) == ([REGISTERS], [ignorant, knowing])
    assert loader.loaded == ["another", "keras", "keras"]
    assert "exec_module" not in vars(loader)


def test_it_is_imported_at_once_where_keras_has_been(monkeypatch, imported):
    monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
    before = [*sys.meta_path]
    registration.register_with_keras()
    assert (imported, sys.meta_path) == ([REGISTERS], before)


@pytest.mark.parametrize("spec", [None, ModuleSpec("keras", None)], ids=["missing", "namespace"])
def test_without_keras_nothing_is_imported(monkeypatch, imported, spec):
    monkeypatch.setattr(sys, "meta_path", [Finder(spec)])
    assert registration._AfterKeras().find_spec("keras") is spec
    assert not imported
