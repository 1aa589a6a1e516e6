"""What all tests share: quiet TensorFlow, real MNIST, and a home of their own."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from functools import partialmethod
from pathlib import Path
from typing import NoReturn

# Tests start many processes, each of which would compile everything again.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    sys.dont_write_bytecode = False
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# Tests run side by side: with more threads than cores, BLAS and TensorFlow spend their time waiting.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
# What is computed ahead, in an engine of its own, would take the processors from whatever test comes next.
os.environ["KD_AHEAD"] = "0"
# Each worker loads TensorFlow and traces every step for itself; each pytest process has an engine.
os.environ.setdefault("KD_WORKERS", "1")
# A forked worker is there sooner; tests/engine/test_workers.py tries a single one as the app has it.
if sys.platform == "linux":
    os.environ.setdefault("DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD", "forkserver")
os.environ["LANGUAGE"] = "en"  # the tests expect English, whoever runs them
# Where there is scikit-learn, Keras takes half a second longer to load; only the tests themselves need it.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(Path(__file__).resolve().parent / "without_sklearn"), os.environ.get("PYTHONPATH")])
)
# A shell that starts the tests in the background makes them, and whatever they start, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

import hypothesis
import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo

from kd.base import data_sets
from kd.engine import Engine
from kd.engine.connection import Connection
from kd.lab import Lab
from kd.pictures.mnist import Mnist, load_mnist
from kd.text import translation
from tests import pseudo_language as marked
from tests.sharing import (  # noqa: F401 - how many processes is asked before pytest_configure
    pytest_collection_modifyitems,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)

# How long an example takes depends on what was imported before it, and on what else the machine does.
too_slow = hypothesis.HealthCheck.too_slow
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[too_slow])
hypothesis.settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Without looking for what could be thrown away: what is loaded and made for the tests stays."""
    gc.disable()
    collected = yield
    gc.enable()
    gc.freeze()
    return collected


@pytest.fixture(autouse=True)
def engines_start_only_where_said(request, monkeypatch) -> None:
    """Refuse an engine in a test that is not marked: `make check` would start it (tests/sharing.py)."""

    def refuse(*_arguments: object) -> NoReturn:
        raise RuntimeError(f"{request.node.nodeid} starts an engine: mark it with pytest.mark.processes.")

    if request.node.get_closest_marker("processes") is None:
        monkeypatch.setattr(Connection, "_start", refuse)


@pytest.fixture(scope="module", autouse=True)
def without_data_sets_of_other_files() -> Iterator[None]:
    """Forgets what other files of tests have added: a process knows the data sets of every home it opened."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_sets, "_folders", [data_sets.INCLUDED])
        patch.setattr(data_sets, "_received", {})
        yield


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    return load_mnist()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One for all tests that only train something; it starts with the first run."""
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory, engine) -> Iterator[Lab]:
    """A Lab on a home of its own, shared by one file of tests, with the engine of all."""
    with Lab(tmp_path_factory.mktemp("home"), engine) as lab:
        yield lab


@pytest.fixture
def shared_engine(engine, monkeypatch) -> None:
    """Every Lab that is made in this test has the engine of all tests, unless it is given another."""
    monkeypatch.setattr(Lab, "__init__", partialmethod(Lab.__init__, engine=engine))


@pytest.fixture(scope="session")
def pseudo_catalogue(tmp_path_factory) -> Path:
    """The folder of a catalogue in which every message of the code is ⟦marked⟧."""
    folder = tmp_path_factory.mktemp("locale")
    marked.write_catalogue(folder)
    return folder


@pytest.fixture
def pseudo_language(pseudo_catalogue, monkeypatch) -> None:
    """The reader asks for the language in which every sentence is ⟦marked⟧, and every number, too."""
    monkeypatch.setattr(translation, "_folder", pseudo_catalogue)
    monkeypatch.setattr(translation, "_marks", lambda language: marked.MARKS)
    monkeypatch.setattr(translation, "_wanted", translation.environment_languages)
    monkeypatch.setenv("LANGUAGE", marked.LANGUAGE)


@pytest.fixture
def reads(tmp_path, monkeypatch):
    """Gives the reader a language with these translations, such as reads("de", {"Home": "Anfang"})."""

    def read(language, translations):
        catalogue = Catalog(language)
        for message, translated in translations.items():
            catalogue.add(message, translated)
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "kd.mo").open("wb") as file:
            write_mo(file, catalogue)
        monkeypatch.setattr(translation, "_folder", tmp_path)
        monkeypatch.setattr(translation, "_wanted", lambda: (language, "en"))

    return read
