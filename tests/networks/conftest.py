"""What the tests of networks share."""

import keras
import pytest

from kd.networks.architectures import build_student


@pytest.fixture(scope="module")
def student_file(tmp_path_factory) -> bytes:
    """A student with random weights, as a .keras file's content."""
    keras.utils.set_random_seed(5)
    path = tmp_path_factory.mktemp("student") / "student.keras"
    build_student().save(path)
    return path.read_bytes()
