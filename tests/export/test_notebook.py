"""The exported notebook repeats a run: all its code is executed, and its figures are those of the run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import nbclient
import nbformat
import numpy as np
import pytest

from kd.base.places import DATA
from kd.config import STUDENTS, RunConfig, is_consistent
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import Outputs
from kd.export.format import Material
from kd.export.notebook import Notebook
from kd.export.plain import cells, plain_keras
from kd.export.plain.cells import function_of, parameters
from kd.lab import Lab
from kd.networks.architectures import Architecture
from kd.pictures.data_sets import data_set
from kd.pictures.mnist import MNIST_FILE
from kd.pictures.training_set import pictures_for_teacher
from kd.runs.state import RunView
from kd.text.words import MODELS
from tests.export.conftest import RUN
from tests.own_data import mirrored

# The lab folds the last convolution into the dense layer, so its sums are in another order than Keras'. Where
# the included run was trained, no picture of it differs; on another processor one near a border may.
SHOWN, MOST_OTHER_ANSWERS = 1000, 1
# A run is so short that rounding has no time to grow: logits were seen to differ by a tenth of this share.
PICTURES, ROUNDING = 500, 5e-5
SMALL = RunConfig(train_size=160, epochs=2, teacher="0123456789ab", student_width=4)


def test_the_included_run_comes_to_the_same_figures(tmp_path, mnist):
    lab = Lab(tmp_path / "home")
    paths = lab.export(RUN, "notebook", path=tmp_path)
    assert [path.name for path in paths] == [f"{RUN}.ipynb", "mnist.npz", f"{RUN}-teacher.keras"]
    notebook = nbformat.read(paths[0], as_version=4)
    assert "import kd" not in "".join(cell.source for cell in notebook.cells)
    # its large teacher takes longest for all test pictures
    fewer = nbformat.v4.new_code_cell(f"x_test, y_test = x_test[:{SHOWN}], y_test[:{SHOWN}]")
    notebook.cells.insert(-1, fewer)
    place = {"metadata": {"path": str(tmp_path)}}
    # without the tests' path, as it is elsewhere: nothing of this project can be imported
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    nbclient.NotebookClient(notebook, timeout=300, resources=place).execute(env=environment)
    printed = "".join(output.text for output in notebook.cells[-1].outputs if output.get("name") == "stdout")
    found = re.findall(r"(\w+): (\d+) of 1000 test pictures right, (\d+) in the run", printed)
    assert [name for name, *_ in found] == ["teacher", "distilled", "scratch"]
    stored = lab.runs[RUN].test_logits()
    record = json.loads((DATA / "runs" / RUN / "record.json").read_text())["result"]
    for name, right, told in found:
        assert int(told) == round(10_000 * record[name]["test_accuracy"])
        of_these = np.sum(stored[name][:SHOWN].argmax(axis=1) == mnist.y_test[:SHOWN])
        assert abs(int(right) - of_these) <= MOST_OTHER_ANSWERS


class Trained(NamedTuple):
    """A run's three models, trained by the lab: their test logits, and the teacher's .keras file."""

    logits: dict[str, np.ndarray]
    teacher_file: bytes


def trained(config: RunConfig) -> Trained:
    """Trains the models of a run as worker processes do."""
    from kd.training.answers import teacher_outputs
    from kd.training.student import keras_bytes, train_model

    def train(name, teaching=None):
        return train_model(config, name, teaching, lambda event: None, lambda: False, is_followed=False)

    data = data_set(config.data)
    teacher = Architecture("convolutional", 2, len(data.about.classes))
    file = keras_bytes(scaled(teacher.build("teacher")), "teacher")
    shift = config.shift if is_consistent(config) else 0
    dropout = (config.teacher_dropout, config.seed) if config.teacher_dropout else None
    asked = pictures_for_teacher(config)
    teaching = teacher_outputs(file, asked, False, lambda: False, shift, dropout)
    logits = {"teacher": teacher_outputs(file, data.x_test, False, lambda: False).logits}
    return Trained(logits | {name: train(name, teaching).test_logits for name in STUDENTS}, file)


def scaled(model):
    """Returns an untrained teacher with logits as large as a trained one's."""
    random = np.random.default_rng(0)
    model.set_weights([random.normal(0, 0.5, weights.shape) for weights in model.get_weights()])
    return model


FIGURES = {name: {"test_accuracy": 0.5} for name in MODELS}
MADE = {
    "in the teacher's answers": SMALL.replace(mistake="teacher_in_training", epochs=1),
    "in whose answers they are": SMALL.replace(mistake="cached_answers", epochs=1, alpha=0.3),
}


# tests/wiring repeats a run of every other kind
@pytest.mark.parametrize("config", MADE.values(), ids=MADE)
def test_a_mistake_in_the_data_is_repeated(config, tmp_path, monkeypatch):
    run = trained(config)
    (tmp_path / "teacher.keras").write_bytes(run.teacher_file)
    check_repeated(config, tmp_path, monkeypatch, "teacher.keras", run.logits)


def test_a_run_on_another_data_set_is_repeated(tmp_path, monkeypatch):
    data = mirrored(tmp_path).id
    config = SMALL.replace(
        data=data, omitted_digits="3,mirrored 7", label_noise=0.3, permuted_doubts=True, alpha=0.4
    )
    run = trained(config)
    (tmp_path / "teacher.keras").write_bytes(run.teacher_file)
    check_repeated(config, tmp_path, monkeypatch, "teacher.keras", run.logits, f"{data}.npz")


def check_repeated(config, folder, monkeypatch, teacher_file, logits, data_file=None) -> None:
    """Executes the code of a run's notebook, and compares what its models say of test pictures."""
    (folder / "mnist.npz").symlink_to(MNIST_FILE)
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    *code, _figures = [
        cell.text for cell in cells.cells(config, FIGURES, teacher_file, data_file) if cell.kind == "code"
    ]
    for text in code:
        exec(compile(text, "notebook", "exec"), names)
    for model, expected in logits.items():
        repeated = names[model].predict_on_batch(names["prepared"](names["x_test"][:PICTURES]))
        np.testing.assert_allclose(
            repeated, expected[:PICTURES], rtol=0, atol=ROUNDING * np.abs(expected).max()
        )


@pytest.mark.parametrize("code", MISTAKES)
def test_each_mistake_is_made_again(code):
    config = SMALL.replace(mistake=code, alpha=0.3, temperature=3.0)
    values, random = config.objective_values(), np.random.default_rng(0)
    logits = {name: random.normal(0, 4, (20, 10)).astype(np.float32) for name in ("teacher", "student")}
    prepared = values.prepare(Outputs(logits["teacher"]), None)
    (term,) = values.terms(None, Outputs(logits["student"]), prepared).values()
    function = function_of(config)
    taken = {name: logits.get(name, getattr(values, name, None)) for name in parameters(function)}
    np.testing.assert_allclose(getattr(plain_keras, function)(**taken), term, rtol=1e-5, atol=1e-6)
    loss = cells.cells(config, FIGURES, "teacher.keras")[9].text
    weights = "0.7 * labels_part + 0.3" if code == "alpha_reversed" else "0.3 * labels_part + 0.7"
    assert f"return {weights} * teacher_part" in loss


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"mistake": "teacher_in_training", "omitted_digits": "3"}, "the teacher's dropout left on"),
        ({"mistake": "cached_answers", "shift": 1}, "kept answers of other pictures"),
        ({"second_teacher": "notebook"}, "Second teacher"),
    ],
)
def test_a_setting_that_a_notebook_does_not_know_is_refused(changes, named):
    with pytest.raises(ValueError, match=f"A notebook cannot repeat the setting “{named}”"):
        cells.cells(RunConfig(**changes), {}, None)


def files(config: RunConfig, precision: str) -> Mapping[str, bytes]:
    """Exports a run with this configuration, whose teacher was trained in this precision."""
    result = {name: {"test_accuracy": 0.5} for name in STUDENTS}
    result["teacher"] = {"test_accuracy": 0.5, "precision": precision}
    view = RunView(config.run_id, config, "finished", "done", result=result)
    paths = {"teacher": MNIST_FILE}
    return Notebook().files(Material(view, {}, {}, paths, {}), "distilled", "again.ipynb", lambda: None)


def test_a_teacher_in_mixed_precision_is_loaded():
    fresh = SMALL.replace(teacher="fresh")
    assert list(files(fresh, "float32")) == ["again.ipynb", "mnist.npz"]
    assert list(files(fresh, "mixed_bfloat16")) == ["again.ipynb", "mnist.npz", "again-teacher.keras"]
    text = files(fresh, "mixed_bfloat16")["again.ipynb"].decode()
    assert "keras.saving.load_model('again-teacher.keras'" in text
    assert "KD Lab trained it in mixed precision" in text


def test_an_objective_that_it_does_not_know_is_refused(monkeypatch):
    known = {name: node for name, node in cells.definitions().items() if name != "relations"}
    monkeypatch.setattr(cells, "definitions", lambda: known)
    with pytest.raises(ValueError, match="cannot repeat the objective 'relations'"):
        files(SMALL.replace(objective="relations"), "float32")
