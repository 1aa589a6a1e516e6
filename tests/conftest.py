"""What every test shares: quiet TensorFlow, real MNIST, and a home of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import pytest

from kd.data import Mnist, load_mnist
from kd.lab import Lab


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    return load_mnist()


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Lab]:
    """A Lab on a home of its own, for one file of tests; its engine starts with the first run."""
    lab = Lab(tmp_path_factory.mktemp("home"))
    yield lab
    lab.close()
