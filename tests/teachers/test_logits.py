"""The included logits are the teacher's own, and are refused if they are not."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from kd.config import SHIPPED_TEACHERS
from kd.networks.numpy_model import NumpyModel
from kd.teachers import logits
from kd.teachers.shipped import TEACHER_FOLDER, shipped_teacher_path, teacher_record


@pytest.mark.parametrize("name", SHIPPED_TEACHERS)
def test_shipped_logits_are_those_of_the_shipped_teacher(name, mnist):
    shipped = logits.shipped_logits(name)
    model = NumpyModel.load(shipped_teacher_path(name))
    np.testing.assert_allclose(
        model.logits(mnist.train(200)[0]), shipped["train"][:200], atol=1e-4, rtol=1e-5
    )
    np.testing.assert_allclose(model.logits(mnist.test(200)[0]), shipped["test"][:200], atol=1e-4, rtol=1e-5)
    accuracy = (shipped["test"].argmax(axis=1) == mnist.test()[1]).mean()
    assert accuracy == pytest.approx(teacher_record(name)["test_accuracy"], abs=1e-9)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the notebook teacher's files, read instead of the included ones."""
    for suffix in (".json", ".keras", "-logits.npz"):
        shutil.copy(TEACHER_FOLDER / f"notebook{suffix}", tmp_path)
    monkeypatch.setattr(logits, "TEACHER_FOLDER", tmp_path)
    logits._load.cache_clear()
    yield tmp_path / "notebook-logits.npz"
    logits._load.cache_clear()


def test_missing_damaged_or_foreign_logits_name_the_command(copy):
    whole = copy.read_bytes()
    with np.load(copy) as arrays:
        foreign = {**arrays, "weights_sha256": np.array("0" * 64)}
    for content, said in ((None, "missing"), (whole[:-1000], "damaged"), (foreign, "another teacher's")):
        copy.unlink(missing_ok=True)
        if isinstance(content, dict):
            np.savez(copy, **content)
        elif content is not None:
            copy.write_bytes(content)
        with pytest.raises(
            ValueError, match=f"{said}. Make them again with: python -m kd.teacher_logits notebook"
        ):
            logits.shipped_logits("notebook")
