"""The included teachers: complete, truthfully described, as good as promised, and made by one command."""

import dataclasses
import hashlib
import json
import pkgutil
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from data.pen_digits import draw
from data.pen_digits import main as pen_digits_main
from kd.config import PRESETS, SHIPPED_TEACHERS
from kd.networks.numpy_model import NumpyModel
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import load_mnist
from kd.teachers import shipped
from kd.teachers.__main__ import main
from kd.teachers.shipped import (
    TEACHER_FOLDER,
    shipped_logits,
    shipped_teacher_path,
    teacher_record,
    weights_sha256,
    write_record,
)

PARAMETERS = 1_433_610

# Drawn by hand for these tests: digit → strokes in the unit square, y downwards.
HAND = {
    0: [
        [
            [0.5, 0],
            [0.2, 0.2],
            [0.1, 0.5],
            [0.2, 0.85],
            [0.5, 1],
            [0.75, 0.85],
            [0.85, 0.5],
            [0.75, 0.2],
            [0.5, 0],
        ]
    ],
    1: [[[0.5, 0], [0.5, 1]]],
    2: [[[0.1, 0.2], [0.3, 0], [0.6, 0], [0.75, 0.2], [0.7, 0.4], [0.1, 1], [0.8, 1]]],
    3: [
        [
            [0.1, 0.1],
            [0.5, 0],
            [0.7, 0.2],
            [0.6, 0.4],
            [0.35, 0.48],
            [0.7, 0.6],
            [0.75, 0.8],
            [0.5, 1],
            [0.1, 0.9],
        ]
    ],
    4: [[[0.3, 0], [0.1, 0.5], [0.8, 0.5]], [[0.65, 0.1], [0.6, 1]]],
    5: [[[0.75, 0], [0.2, 0], [0.15, 0.45], [0.5, 0.4], [0.75, 0.6], [0.7, 0.85], [0.4, 1], [0.1, 0.9]]],
    6: [[[0.6, 0], [0.25, 0.35], [0.15, 0.7], [0.3, 1], [0.6, 0.95], [0.7, 0.7], [0.45, 0.55], [0.2, 0.7]]],
    7: [[[0.1, 0], [0.8, 0], [0.35, 1]]],
    8: [[[0.7, 0.1], [0.4, 0], [0.2, 0.2], [0.65, 0.65], [0.4, 1], [0.2, 0.85], [0.65, 0.3], [0.7, 0.1]]],
    9: [[[0.7, 0.2], [0.4, 0], [0.15, 0.2], [0.3, 0.45], [0.65, 0.35], [0.7, 0.15], [0.65, 0.6], [0.55, 1]]],
}


@pytest.fixture(scope="module")
def models():
    import keras

    return {name: keras.saving.load_model(shipped_teacher_path(name)) for name in SHIPPED_TEACHERS}


def test_finding_teachers_loads_no_tensorflow():
    code = (
        "import sys, kd.teachers.shipped as t; t.teacher_record('strong'); t.shipped_teacher_path('strong'); "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", SHIPPED_TEACHERS)
def test_a_teacher_is_a_plain_keras_file_and_its_record_is_true(name, models):
    from kd.teachers.recipes import classify

    path, model, record = shipped_teacher_path(name), models[name], teacher_record(name)
    assert type(model).__module__.startswith("keras.")
    assert not model.compiled  # an optimizer's state triples the file
    with zipfile.ZipFile(path) as archive:
        assert '"module": "kd' not in archive.read("config.json").decode()
    weights = model.get_weights()
    digest = hashlib.sha256(b"".join(array.astype("<f4").tobytes() for array in weights))
    assert record["weights_sha256"] == digest.hexdigest() == weights_sha256(weights)
    built = pkgutil.resolve_name(record["architecture"])().count_params()
    assert record["parameters"] == sum(array.size for array in weights) == built == PARAMETERS
    pictures, labels = load_mnist().test()
    accuracy = (classify(model, pictures) == labels).mean()
    # another processor rounds differently, so a borderline picture may change sides
    assert abs(accuracy - record["test_accuracy"]) <= 0.0003


def test_the_teachers_are_as_good_as_promised():
    strong, notebook = teacher_record("strong"), teacher_record("notebook")
    assert strong["test_accuracy"] >= 0.991
    pen_digits = {"accuracy": pytest.approx(0.9875, abs=0.0125), "count": 1000, "pen_pixels": 22}
    assert {name: strong["pen_digits"][name] for name in pen_digits} == pen_digits
    assert 0.96 <= notebook["test_accuracy"] <= 0.97
    recipes = [[each["recipe"][name] for name in ("images", "epochs")] for each in (strong, notebook)]
    assert recipes == [[60_000, 35], [10_000, 5]]
    assert all(shipped_teacher_path(preset.config.teacher).is_file() for preset in PRESETS.values())


@pytest.mark.parametrize("pen", [12, 22, 32])
def test_the_strong_teacher_reads_digits_drawn_on_the_canvas(models, pen):
    pictures = np.stack([to_mnist(draw(strokes, pen=pen)) for strokes in HAND.values()])
    logits = models["strong"](pictures[..., np.newaxis], training=False)
    assert np.argmax(logits, axis=1).tolist() == list(HAND)


@pytest.mark.parametrize("name", SHIPPED_TEACHERS)
def test_shipped_logits_are_those_of_the_shipped_teacher(name, mnist):
    stored = shipped_logits(name)
    model = NumpyModel.load(shipped_teacher_path(name))
    np.testing.assert_allclose(model.logits(mnist.train(200)[0]), stored["train"][:200], atol=1e-4, rtol=1e-5)
    np.testing.assert_allclose(model.logits(mnist.test(200)[0]), stored["test"][:200], atol=1e-4, rtol=1e-5)
    accuracy = (stored["test"].argmax(axis=1) == mnist.test()[1]).mean()
    assert accuracy == pytest.approx(teacher_record(name)["test_accuracy"], abs=1e-9)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the notebook teacher's files, read instead of the included ones."""
    for suffix in (".json", ".keras", "-logits.npz"):
        shutil.copy(TEACHER_FOLDER / f"notebook{suffix}", tmp_path)
    monkeypatch.setattr(shipped, "TEACHER_FOLDER", tmp_path)
    shipped._load_logits.cache_clear()
    yield tmp_path / "notebook-logits.npz"
    shipped._load_logits.cache_clear()


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
            shipped_logits("notebook")


@pytest.mark.parametrize("find", [shipped_teacher_path, teacher_record])
def test_an_unknown_or_missing_teacher_gets_a_sentence(find, tmp_path):
    with pytest.raises(ValueError, match=r"no shipped teacher 'weak': use one of strong, notebook\."):
        find("weak")
    with pytest.raises(ValueError, match=r"is missing.*python -m kd\.teachers make strong"):
        find("strong", tmp_path)


def test_a_written_record_is_read_back_and_an_unreadable_one_names_the_command(tmp_path):
    write_record("notebook", {"recipe": "α, T²"}, tmp_path)
    assert teacher_record("notebook", tmp_path) == {"recipe": "α, T²"}
    (tmp_path / "strong.json").write_text('{"name": ')
    with pytest.raises(ValueError, match=r"not readable JSON.*python -m kd\.teachers make strong"):
        teacher_record("strong", tmp_path)


@pytest.mark.parametrize(("name", "epochs"), [("strong", 7), ("notebook", 2)])
def test_the_command_makes_a_teacher(name, epochs, tmp_path, capsys, monkeypatch):
    import keras

    mnist = load_mnist()
    fewer = dataclasses.replace(mnist, x_test=mnist.x_test[:500], y_test=mnist.y_test[:500])
    monkeypatch.setattr("kd.pictures.mnist.load_mnist", lambda: fewer)

    options = f"--epochs {epochs} --images 300 --seed 5".split()
    assert main(["make", name, "--out", str(tmp_path), *options]) == 0
    record = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    assert (record["seed"], record["recipe"]["epochs"], record["recipe"]["images"]) == (5, epochs, 300)
    model = keras.saving.load_model(tmp_path / f"{name}.keras")
    assert not model.compiled
    assert weights_sha256(model.get_weights()) == record["weights_sha256"]
    assert record["test_images"] == 500
    assert record["test_accuracy"] > 0.2  # it learned something: guessing gets 0.1
    assert capsys.readouterr().err.count("epoch ") == epochs
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.json", f"{name}.keras"]


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--epochs", "0", "epochs must be between 1 and 1,000, got 0"), ("--images", "60001", "got 60001")],
)
def test_bad_numbers_get_a_sentence_and_exit_code_2(tmp_path, capsys, option, value, words):
    assert main(["make", "strong", "--out", str(tmp_path), option, value]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_pen_digits_command_counts_right_answers(tmp_path, capsys):
    path = tmp_path / "digits.json"
    wrong = [{"label": 3, "strokes": HAND[1]}]
    path.write_text(json.dumps([{"label": label, "strokes": HAND[label]} for label in HAND] + wrong))
    assert pen_digits_main([str(path), "--teacher", "strong"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["count"] == 11
    assert result["accuracy"] == round(10 / 11, 4)


@pytest.mark.parametrize("content", [None, "not JSON", '{"label": 1}', '[{"label": 1}]'])
def test_a_file_that_holds_no_pen_digits_gets_a_sentence(tmp_path, capsys, content):
    path = tmp_path / "digits.json"
    if content is not None:
        path.write_text(content)
    assert pen_digits_main([str(path)]) == 2
    assert "is not a file of pen digits" in capsys.readouterr().err
