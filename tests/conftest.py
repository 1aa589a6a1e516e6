"""What every test shares: quiet TensorFlow, real MNIST, and a home of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# A shell that starts the tests in the background has them ignore Ctrl-C, and so would what they start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

import pytest

from kd.lab import Lab
from kd.pictures.mnist import Mnist, load_mnist


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    return load_mnist()


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Lab]:
    """A Lab on a home of its own, for one file of tests; its engine starts with the first run."""
    lab = Lab(tmp_path_factory.mktemp("home"))
    yield lab
    lab.close()
