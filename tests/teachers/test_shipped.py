"""The included teachers: complete, truthfully described, as good as promised, and made by one command."""

import dataclasses
import hashlib
import json
import pkgutil
import shutil
import zipfile
from functools import partial

import numpy as np
import pytest

from data.pen_digits import draw
from data.pen_digits import main as pen_digits_main
from kd.config import PRESETS, SHIPPED_TEACHERS, RunConfig
from kd.networks.numpy_model import NumpyModel
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import load_mnist
from kd.teachers import shipped
from kd.teachers.__main__ import main

PARAMETERS = 1_433_610

# Drawn by hand for these tests: digit → the corners of its strokes, in percent from the left and from above.
STROKES = {
    0: "50,0 20,20 10,50 20,85 50,100 75,85 85,50 75,20 50,0",
    1: "50,0 50,100",
    2: "10,20 30,0 60,0 75,20 70,40 10,100 80,100",
    3: "10,10 50,0 70,20 60,40 35,48 70,60 75,80 50,100 10,90",
    4: "30,0 10,50 80,50; 65,10 60,100",
    5: "75,0 20,0 15,45 50,40 75,60 70,85 40,100 10,90",
    6: "60,0 25,35 15,70 30,100 60,95 70,70 45,55 20,70",
    7: "10,0 80,0 35,100",
    8: "70,10 40,0 20,20 65,65 40,100 20,85 65,30 70,10",
    9: "70,20 40,0 15,20 30,45 65,35 70,15 65,60 55,100",
}


def strokes(digit: int) -> list[list[list[float]]]:
    """A digit's strokes in the unit square."""
    parts = [stroke.split() for stroke in STROKES[digit].split(";")]
    return [[[float(at) / 100 for at in corner.split(",")] for corner in stroke] for stroke in parts]


@pytest.fixture(scope="module")
def models():
    import keras

    return {name: keras.saving.load_model(shipped.shipped_teacher_path(name)) for name in SHIPPED_TEACHERS}


@pytest.mark.parametrize("name", SHIPPED_TEACHERS)
def test_a_teacher_is_a_plain_keras_file_and_its_record_is_true(name, models):
    path, model, record = shipped.shipped_teacher_path(name), models[name], shipped.teacher_record(name)
    assert type(model).__module__.startswith("keras.")
    assert not model.compiled  # an optimizer's state triples the file
    with zipfile.ZipFile(path) as archive:
        assert '"module": "kd' not in archive.read("config.json").decode()
    weights = model.get_weights()
    digest = hashlib.sha256(b"".join(array.astype("<f4").tobytes() for array in weights))
    assert record["weights_sha256"] == digest.hexdigest() == shipped.weights_sha256(weights)
    built = pkgutil.resolve_name(record["architecture"])().count_params()
    assert record["parameters"] == sum(array.size for array in weights) == built == PARAMETERS


def test_the_teachers_are_as_good_as_promised():
    strong, notebook = shipped.teacher_record("strong"), shipped.teacher_record("notebook")
    assert strong["test_accuracy"] >= 0.991
    pen_digits = {"accuracy": pytest.approx(0.9875, abs=0.0125), "count": 1000, "pen_pixels": 22}
    assert {name: strong["pen_digits"][name] for name in pen_digits} == pen_digits
    anyhow = strong["pen_digits"]["anyhow"]
    assert anyhow["accuracy"] >= 0.97
    assert anyhow["pen_pixels"] == [8, 40]
    assert 0.96 <= notebook["test_accuracy"] <= 0.97
    recipes = [[each["recipe"][name] for name in ("images", "epochs")] for each in (strong, notebook)]
    assert recipes == [[60_000, 35], [10_000, 5]]
    assert all(shipped.shipped_teacher_path(preset.config.teacher).is_file() for preset in PRESETS.values())


@pytest.mark.parametrize("pen", [12, 22, 32])
def test_the_strong_teacher_reads_digits_drawn_on_the_canvas(models, pen):
    pictures = np.stack([to_mnist(draw(strokes(digit), pen=pen)) for digit in STROKES])
    logits = models["strong"](pictures[..., np.newaxis], training=False)
    assert np.argmax(logits, axis=1).tolist() == list(STROKES)


@pytest.mark.parametrize("name", SHIPPED_TEACHERS)
def test_shipped_logits_are_those_of_the_shipped_teacher(name, mnist):
    stored = shipped.shipped_logits(name)
    model = NumpyModel.load(shipped.shipped_teacher_path(name))
    np.testing.assert_allclose(model.logits(mnist.train(200)[0]), stored["train"][:200], atol=1e-4, rtol=1e-5)
    np.testing.assert_allclose(model.logits(mnist.test(200)[0]), stored["test"][:200], atol=1e-4, rtol=1e-5)
    accuracy = (stored["test"].argmax(axis=1) == mnist.test()[1]).mean()
    assert accuracy == pytest.approx(shipped.teacher_record(name)["test_accuracy"], abs=1e-9)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the notebook teacher's files, read instead of the included ones."""
    for suffix in (".json", ".keras", "-logits.npz"):
        shutil.copy(shipped.TEACHER_FOLDER / f"notebook{suffix}", tmp_path)
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
            shipped.shipped_logits("notebook")


def test_an_unknown_a_missing_or_an_unreadable_teacher_gets_a_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"no shipped teacher 'weak': use one of strong, notebook\."):
        shipped.shipped_teacher_path("weak")
    with pytest.raises(ValueError, match=r"is missing.*python -m kd\.teachers make strong"):
        shipped.shipped_teacher_path("strong", tmp_path)
    shipped.write_record("notebook", {"recipe": "α, T²"}, tmp_path)
    assert shipped.teacher_record("notebook", tmp_path) == {"recipe": "α, T²"}
    (tmp_path / "strong.json").write_text('{"name": ')
    with pytest.raises(ValueError, match=r"not readable JSON.*python -m kd\.teachers make strong"):
        shipped.teacher_record("strong", tmp_path)


@pytest.mark.parametrize(("name", "epochs"), [("strong", 3), ("notebook", 1)])
def test_the_command_makes_a_teacher(name, epochs, tmp_path, capsys, monkeypatch):
    import keras

    from kd.networks import architectures
    from kd.teachers import recipes

    narrow = partial(architectures.build_teacher, width=1 / 8)
    for module in (architectures, recipes):
        monkeypatch.setattr(module, "build_teacher", narrow)
    mnist = load_mnist()
    fewer = dataclasses.replace(mnist, x_test=mnist.x_test[:500], y_test=mnist.y_test[:500])
    monkeypatch.setattr("kd.pictures.mnist.load_mnist", lambda: fewer)

    monkeypatch.setitem(recipes.STRONG, "refine_one_epoch_in", 3)
    options = f"--epochs {epochs} --images 256 --seed 5".split()
    assert main(["make", name, "--out", str(tmp_path), *options]) == 0
    record = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    assert (record["seed"], record["recipe"]["epochs"], record["recipe"]["images"]) == (5, epochs, 256)
    model = keras.saving.load_model(tmp_path / f"{name}.keras")
    assert not model.compiled
    assert shipped.weights_sha256(model.get_weights()) == record["weights_sha256"]
    assert record["test_images"] == 500
    assert record["test_accuracy"] > 0.2  # it learned something: guessing gets 0.1
    assert capsys.readouterr().err.count("epoch ") == epochs
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.json", f"{name}.keras"]


def test_bad_numbers_get_a_sentence_and_exit_code_2(tmp_path, capsys):
    for option, value, most in (("--epochs", "0", "1,000"), ("--images", "60001", "60,000")):
        assert main(["make", "strong", "--out", str(tmp_path), option, value]) == 2
        assert f"between 1 and {most}, got {value}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_pen_digits_command_counts_right_answers(tmp_path, capsys):
    path = tmp_path / "digits.json"
    wrong = {"label": 3, "strokes": strokes(1)}
    path.write_text(json.dumps([*({"label": each, "strokes": strokes(each)} for each in STROKES), wrong]))
    assert pen_digits_main([str(path), "--teacher", "strong"]) == 0
    result = json.loads(capsys.readouterr().out)["strong"]
    assert (result["count"], result["anyhow"]["count"]) == (11, 44)
    assert result["accuracy"] == result["anyhow"]["accuracy"] == round(10 / 11, 4)
    assert pen_digits_main([str(path), "--run", RunConfig().run_id]) == 0
    of_run = json.loads(capsys.readouterr().out)
    assert of_run["teacher"] == result
    assert sorted(of_run) == ["distilled", "scratch", "teacher"]
    for content in ("not JSON", '[{"label": 1}]'):
        path.write_text(content)
        assert pen_digits_main([str(path)]) == 2
        assert "is not a file of pen digits" in capsys.readouterr().err
